// How fast an agent got on with its missions, as the looks of the watch see it: to the minute, which is enough. Pure.
import { z } from 'zod';

const pointSchema = z.object({ at: z.number(), percent: z.number() });

export const paceSchema = z.object({
  /** First and last of the present mission that is known, by the time of the sign; null: none yet, or it is counted. */
  first: pointSchema.nullable(),
  last: pointSchema.nullable(),
  /** Percent per minute of past missions, oldest first. */
  past: z.array(z.number()),
});
export type Pace = z.infer<typeof paceSchema>;

export const noPace: Pace = { first: null, last: null, past: [] };

const kept = 10;
/** A mission that was seen over less than this tells nothing. */
const fewestPercent = 20;
const shortestMs = 120_000;

export interface Seen {
  /** Whether it is of another mission than what was seen before. */
  readonly isNew: boolean;
  /** Null is unknown. */
  readonly percent: number | null;
  /** When it came to that percent, ms since the epoch. */
  readonly at: number;
}

/** One look. A mission counts once: when it is complete, or another one begins. */
export function notePace(pace: Pace, { isNew, percent, at }: Seen): Pace {
  const before = isNew ? counted(pace) : pace;
  if (percent === null || (before.last !== null && percent <= before.last.percent)) return before;
  const point = { at, percent };
  const next = { ...before, first: before.first ?? point, last: point };
  return percent === 100 ? { ...counted(next), last: point } : next;
}

function counted({ first, last, past }: Pace): Pace {
  const rest = { first: null, last: null, past };
  if (first === null || last === null) return rest;
  const percent = last.percent - first.percent;
  const ms = last.at - first.at;
  if (percent < fewestPercent || ms < shortestMs) return rest;
  return { ...rest, past: [...past, (percent * 60_000) / ms].slice(-kept) };
}
