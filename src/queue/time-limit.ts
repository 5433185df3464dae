// One run under a time limit: told to end when its time is over, and left alone when it does not. It decides nothing about
// what becomes of the job.
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import type { DeadlineWatch } from './deadline-watch.ts';
import { GivenUp } from './faults.ts';

export interface TimeLimit {
  /** What it is called in its fault. */
  readonly name: string;
  /** ms; begins anew with each sign of progress. */
  readonly timeoutMs: number;
  /** Between being told to end and being left alone, ms. */
  readonly graceMs: number;
  /** Tells it to end, and why. */
  readonly tell: (fault: SwarmError) => void;
}

/**
 * @throws SwarmError JOB_TIMED_OUT when it ended because it was told to; GivenUp with the same when it did not end: a second
 * run beside the first could do the thing twice, so nobody may try again unasked
 */
export function runWithin(
  watch: DeadlineWatch,
  { name, timeoutMs, graceMs, tell }: TimeLimit,
  work: (progress: () => void) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let late: SwarmError | null = null;
    const onLeft = () => {
      const said = `${late?.message} and did not end when it was told to, so nobody can tell whether it was done`;
      reject(new GivenUp(new SwarmError(domainErrors.jobTimedOut, said)));
    };
    const onLate = () => {
      late = new SwarmError(domainErrors.jobTimedOut, `${name} ran for more than ${timeoutMs / 1_000} s`);
      deadline = watch.begin(graceMs, onLeft);
      tell(late);
    };
    let deadline = watch.begin(timeoutMs, onLate);
    const progress = () => {
      if (late === null) deadline.again();
    };
    work(progress).then(
      () => {
        deadline.end();
        // It may have come to its end just when it was told to.
        resolve();
      },
      (cause: unknown) => {
        deadline.end();
        reject(late === null ? cause : new SwarmError(late.kind, late.message, { cause }));
      },
    );
  });
}
