// A reply as it is kept for the next time that the same use arrives, and which replies are kept at all, or leave no trace
// of their use. Pure.
import { z } from 'zod';
import type { Reply } from './reply.ts';
import type { CommandSpec } from './spec.ts';

/** Longer ones are made anew. */
const mostCharacters = 65_536;

const tone = z.enum(['ok', 'info', 'warn', 'bad']);
const answerSchema = z.object({
  title: z.string(),
  tone,
  rows: z.array(z.object({ label: z.string(), value: z.string(), ageMs: z.number().nullable(), tone })),
  note: z.string().exactOptional(),
  data: z.unknown(),
});
const keptSchema = z.object({
  at: z.number(),
  reply: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('answer'), answer: answerSchema }),
    z.object({
      kind: z.literal('accepted'),
      correlationId: z.string(),
      text: z.string(),
      toldElsewhere: z.boolean().exactOptional(),
    }),
    z.object({ kind: z.literal('dropped'), text: z.string() }),
  ]),
});

/**
 * Whether it is the last word on its use. What waits for a decision is looked up each time, in its present state; a refusal
 * had no effect, and who is refused today may be allowed to tomorrow.
 */
export function keepable(reply: Reply): boolean {
  return reply.kind === 'answer' || reply.kind === 'accepted' || reply.kind === 'dropped';
}

/**
 * Whether it refuses what never was taken, so that its id need not be kept: it was spelt wrong or not allowed. What a word
 * was about may not wait at all; of an order that says that it waited, and is over.
 */
export function leavesNothing(reply: Reply, { kind }: Pick<CommandSpec, 'kind'>): boolean {
  if (reply.kind !== 'refusal') return false;
  const { code } = reply;
  return code === 'bad-argument' || code === 'denied' || (kind === 'word' && code === 'no-confirmation');
}

/** @param at when it was made, ms since the epoch. Null when it is too long to be kept. */
export function keptText(reply: Reply, at: number): string | null {
  const text = JSON.stringify({ at, reply });
  return text.length > mostCharacters ? null : text;
}

/** As it was made, but what it tells has grown older since. Null for what another version has kept. */
export function keptReply(text: string, now: number): Reply | null {
  const parsed = z.string().transform(fromJson).pipe(keptSchema).safeParse(text);
  if (!parsed.success) return null;
  const { at, reply } = parsed.data;
  return reply.kind === 'answer' ? { ...reply, answer: aged(reply.answer, Math.max(0, now - at)) } : reply;
}

function aged(answer: z.infer<typeof answerSchema>, ms: number): z.infer<typeof answerSchema> {
  const rows = answer.rows.map((row) => (row.ageMs === null ? row : { ...row, ageMs: row.ageMs + ms }));
  return { ...answer, rows };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
