// What is remembered of a board: where it stands, and what it showed last. Pure.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Board } from '../../contracts/board.ts';
import { addressSchema } from '../../contracts/chat.ts';

/** One board; there is one per place. Times in ms since the epoch. */
export const boardRecordSchema = z.object({
  /** Of the order that began it. */
  about: z.string(),
  principal: z.string(),
  to: addressSchema,
  startedAt: z.number(),
  /** When the swarm last changed. */
  changedAt: z.number(),
  /** Of its newest report. */
  seq: z.number().int(),
  /** What it showed, in short. */
  facts: z.string(),
  /** How fresh the evidence was that it showed, in short. */
  evidence: z.string(),
});
export type BoardRecord = z.infer<typeof boardRecordSchema>;

/** What becomes of a board at a look. */
export type BoardStep =
  | { readonly kind: 'same' }
  | { readonly kind: 'edit'; readonly record: BoardRecord }
  | { readonly kind: 'end'; readonly record: BoardRecord; readonly why: string };

/** A board that nothing happens on ends after this, ms. */
export const quietMs = 3_600_000;
/** New evidence alone is worth an edit this often, ms: surfaces count ages up by themselves. */
const evidenceEveryMs = 60_000;

/** The first showing of a board. */
export function beginBoard(
  { about, principal, to, at }: Pick<BoardRecord, 'about' | 'principal' | 'to'> & { readonly at: number },
  board: Board,
): BoardRecord {
  return { about, principal, to, startedAt: at, changedAt: at, seq: 0, ...shortOf(board) };
}

/** Judges a board by what the swarm is like now. */
export function judgeBoard(held: BoardRecord, board: Board): BoardStep {
  const short = shortOf(board);
  const isChanged = short.facts !== held.facts;
  const record = {
    ...held,
    ...short,
    changedAt: isChanged ? board.at : held.changedAt,
    seq: nextSeq(held, board.at),
  };
  if (isOver(board)) return { kind: 'end', record, why: 'the chain has ended' };
  if (board.at - record.changedAt >= quietMs)
    return { kind: 'end', record, why: 'nothing changed for an hour' };
  return isChanged || short.evidence !== held.evidence ? { kind: 'edit', record } : { kind: 'same' };
}

/**
 * Grows with the time: a look that was lost between its report and its record is followed by one with a higher number, so
 * that what the later one saw is shown.
 */
export function nextSeq({ seq, startedAt }: BoardRecord, at: number): number {
  return Math.max(seq + 1, Math.floor((at - startedAt) / 1_000));
}

/** Whether every agent is through and nothing is on its way: no gas will move this chain any more. */
function isOver({ agents }: Pick<Board, 'agents'>): boolean {
  return (
    agents.length > 0 &&
    agents.every(({ state, open }) => (state === 'complete' || state === 'out_of_gas') && open === 0)
  );
}

function shortOf({ agents, more, alerts }: Board): Pick<BoardRecord, 'facts' | 'evidence'> {
  const facts = agents.map(({ sign: _sign, course: _course, ...rest }) => rest);
  const evidence = agents.map(({ sign }) => (sign === null ? null : Math.floor(sign.at / evidenceEveryMs)));
  return { facts: digest([facts, more, alerts]), evidence: digest(evidence) };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
