// How the library is to treat a job of ours, whoever adds it.
import type { JobsOptions } from 'bullmq';
import { priorityOf, type Ranked } from './priority.ts';

// Long enough for an id to block its own repetition (a second click, a replayed tick); bounded in count.
const keepCompleted = { age: 24 * 3_600, count: 5_000 };
const keepFailed = { age: 7 * 24 * 3_600, count: 5_000 };

export interface TreatedJob extends Ranked {
  readonly id: string;
  /** Tries before it counts as failed. */
  readonly attempts: number;
}

export function jobOptions({ id, attempts, ...ranked }: TreatedJob): JobsOptions {
  const priority = priorityOf(ranked);
  return {
    jobId: id,
    attempts,
    backoff: { type: 'capped' },
    removeOnComplete: keepCompleted,
    removeOnFail: keepFailed,
    ...(priority !== undefined && { priority }),
  };
}
