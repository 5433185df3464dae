// What each of a join hands over before the last of them comes: what its own gas would have told, so short that the record of
// the round stays small. Pure.
import type { Checkpoint, GasPart } from '../contracts/agents.ts';
import { plainText } from '../core/text.ts';
import type { DeliverEffect } from './machine.ts';
import type { Run } from './run.ts';

/** The lists are plain and hold the first entries alone; `counts` is how many there were of each. */
export interface Part extends Omit<DeliverEffect, 'kind' | 'checkpoint' | 'percent' | 'note'> {
  /** The agent of the join, or who works in its place. */
  readonly agent: string;
  readonly mission: string;
  /** Null is unknown. */
  readonly percent: number | null;
  /** When it crossed its checkpoint, or was sent ahead, ms; null: the record is older than this field. */
  readonly at: number | null;
  /** Who sent it ahead of its checkpoint; null: nobody, or the record is older than this field. */
  readonly ahead: string | null;
  readonly note: string | null;
  readonly artefacts: readonly string[];
  readonly counts: Counts;
}

export interface Counts {
  readonly done: number;
  readonly open: number;
  readonly artefacts: number;
}

/** What one of a join left in one of its missions. */
export interface Left {
  /** Which of its missions it was, as `markOf` says. */
  readonly mark: string;
  /** Null where the record of the round has none: older versions kept none. */
  readonly part: Part | null;
}

/** In a mission before the one that counts, in the same round. */
export interface Earlier extends Left {
  /** How many before this one are not kept; absent: none. */
  readonly missed?: number | undefined;
  /** Which agent was paused as it came, it or who works in its place; absent: none, or it was resumed since. */
  readonly paused?: string | undefined;
  /** As its turn of the round is kept; absent: before all that have one. */
  readonly turn?: number | undefined;
}

/** One that came before the last. */
export interface Joined extends Earlier {
  /** The agent of the join. */
  readonly source: string;
  /** Whether it came again after that, before the others. Default: it did not. */
  readonly isEarlier?: boolean;
}

/** As many and as much as a hand-over shows. */
const longest = { entries: 10, entry: 160, note: 1_000 } as const;

/** So many missions before the one that counts are kept of each. */
const mostEarlier = 2;

/** As it came again after `left`. @param before newest first */
export function withEarlier(left: Earlier, before: readonly Earlier[]): readonly Earlier[] {
  const all: readonly Earlier[] = [left, ...before];
  const [dropped] = all.slice(mostEarlier);
  return all
    .slice(0, mostEarlier)
    .map((one, at) =>
      dropped && at === mostEarlier - 1 ? { ...one, missed: 1 + (dropped.missed ?? 0) } : one,
    );
}

/** Of a checkpoint that was crossed. */
export function toPart(run: Pick<Run, 'agent' | 'mission' | 'readAt'>, told: DeliverEffect): Part {
  const { done, open, artefacts = [], note, percent, before } = told;
  const plain = (entries: readonly string[]) =>
    entries.slice(0, longest.entries).map((entry) => plainText(entry, longest.entry));
  return {
    agent: run.agent,
    mission: plainText(run.mission.name ?? '', longest.entry),
    at: run.readAt === null ? null : Math.floor(run.readAt),
    ahead: null,
    ...{ percent, before, done: plain(done), open: plain(open), artefacts: plain(artefacts) },
    note: note === undefined ? null : plainText(note, longest.note),
    counts: { done: done.length, open: open.length, artefacts: artefacts.length },
  };
}

/** Of a checkpoint that a person, `by`, sends ahead at `at`, ms: its agent has told nothing for it. */
export function toPartAhead(
  { agent, mission, percent }: Pick<Run, 'agent' | 'mission' | 'percent'>,
  { by, at }: { readonly by: string; readonly at: number },
): Part {
  return {
    ...{ agent, mission: plainText(mission.name ?? '', longest.entry), percent, at, ahead: by },
    ...{ before: null, note: null, done: [], open: [], artefacts: [] },
    counts: { done: 0, open: 0, artefacts: 0 },
  };
}

/** What the gas says of one of its parts. */
export function toGasPart({ source, mark, part }: Joined): GasPart {
  const unknown = { agent: source, mission: null, percent: null, ahead: null };
  const { agent, mission, percent, ahead } = part ?? unknown;
  return {
    ...{ agent, mission, percent, epoch: Math.max(0, Number.parseInt(mark, 10) || 0) },
    ...(agent !== source && { inPlaceOf: source }),
    ...(ahead !== null && { sentAheadBy: ahead }),
  };
}

/** A part as what was crossed, for an agent of the join that hands over itself. @param part null: nothing is kept of it */
export function toEffect(part: Part | null, checkpoint: Checkpoint, percent: number | null) {
  const { done = [], open = [], artefacts = [], note = null, before = null, counts } = part ?? {};
  return {
    ...{ checkpoint, percent: part?.percent ?? percent ?? checkpoint, before, done, open, artefacts },
    ...(note !== null && { note }),
    ...(counts && { counts }),
  };
}
