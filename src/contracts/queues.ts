// Words about queues: what lies in each, what holds it, and what was given up.
import { z } from 'zod';

/** Why no worker takes from a queue: `paused`, or `draining` where the end of what runs is still awaited. */
export const holdSchema = z.object({
  state: z.enum(['paused', 'draining']),
  /** ms since the epoch. */
  since: z.number(),
  /** Principal. */
  by: z.string(),
});
export type QueueHold = z.infer<typeof holdSchema>;

/** One queue, of the whole fleet. */
export interface QueueView {
  readonly queue: string;
  readonly waiting: number;
  /** Waits for its time, or for its next try. */
  readonly delayed: number;
  readonly active: number;
  /** Dead letters. */
  readonly dead: number;
  /** ms; 0 where none waits. */
  readonly oldestWaitingMs: number;
  /** Null where workers take from it. */
  readonly hold: QueueHold | null;
}

/** A job that was given up, whole, with why. Times in ms since the epoch. */
export const deadLetterSchema = z.object({
  /** Of the job. */
  id: z.string(),
  queue: z.string(),
  /** Of the job; one that there is not may stand here. */
  name: z.string(),
  /** Of an error catalogue. */
  code: z.string(),
  reason: z.string(),
  /** Runs, that which it was given up in among them. */
  attempts: z.number().int(),
  /** When it was added. */
  firstAt: z.number(),
  /** When it was given up. */
  lastAt: z.number(),
  /** Envelope and body as they lay in the queue, whatever that was. */
  data: z.unknown(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** What was found by an id, or by the beginning of one. */
export interface LetterFound {
  /** Null where there is none, or several, or one that cannot be read. */
  readonly letter: DeadLetter | null;
  /** Of all that are meant by it, the newest first. */
  readonly ids: readonly string[];
}

/** `total` is how many there are, `cut` how many were ever removed because there were too many or too old. */
export interface DeadLetterList {
  /** The newest first. */
  readonly letters: readonly DeadLetter[];
  readonly total: number;
  readonly cut: number;
}
