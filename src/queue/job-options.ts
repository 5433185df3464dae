// How the library is to treat a job of ours, whoever adds it.
import type { JobsOptions } from 'bullmq';

// Long enough for an id to block its own repetition (a second click, a replayed tick); bounded in count.
const keepCompleted = { age: 24 * 3_600, count: 5_000 };
const keepFailed = { age: 7 * 24 * 3_600, count: 5_000 };

/** @param attempts tries before it counts as failed */
export function jobOptions(id: string, attempts: number): JobsOptions {
  return {
    jobId: id,
    attempts,
    backoff: { type: 'capped' },
    removeOnComplete: keepCompleted,
    removeOnFail: keepFailed,
  };
}
