// How the library is to treat a job of ours, whoever adds it: what its row of the catalogue says, in the library's words.
import type { JobsOptions } from 'bullmq';
import { keptLong, rowOf, usualBackoff } from '../contracts/jobs.ts';
import { backoffMs } from '../core/backoff.ts';
import { SwarmError } from '../core/errors.ts';
import { priorityOf, type Ranked } from './priority.ts';

export interface TreatedJob extends Ranked {
  readonly id: string;
}

/** One that the catalogue does not have is tried once. */
export function jobOptions({ id, ...ranked }: TreatedJob): JobsOptions {
  const { attempts = 1, keeps = keptLong } = rowOf(ranked.name) ?? {};
  const priority = priorityOf(ranked);
  return {
    jobId: id,
    attempts,
    backoff: { type: 'capped' },
    removeOnComplete: keeps.done,
    removeOnFail: keeps.failed,
    ...(priority !== undefined && { priority }),
  };
}

/**
 * Before a job of that name is tried again, ms, and not before the far side wants it; `attempt` is 1 after the first
 * failure.
 */
export function retryDelayMs(name: string | undefined, attempt: number, fault?: Error): number {
  const asked = fault instanceof SwarmError ? (fault.retryAfterMs ?? 0) : 0;
  return Math.max(asked, backoffMs(attempt, rowOf(name ?? '')?.backoff ?? usualBackoff));
}
