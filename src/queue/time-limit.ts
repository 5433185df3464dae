// One run under a time limit: told to end when its time is over, and left alone when it does not. It decides nothing about
// what becomes of the job.
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import { GivenUp } from './faults.ts';

export interface TimeLimit {
  /** What it is called in its fault. */
  readonly name: string;
  /** ms; begins anew with each sign of progress. */
  readonly timeoutMs: number;
  /** Between being told to end and being left alone, ms. */
  readonly graceMs: number;
  /** Fires for whatever else ends the run. */
  readonly signal: AbortSignal;
}

type Work = (signal: AbortSignal, progress: () => void) => Promise<void>;

/**
 * @throws SwarmError JOB_TIMED_OUT when it ended because it was told to; GivenUp with the same when it did not end: a second
 * run beside the first could do the thing twice, so nobody may try again unasked
 */
export async function runWithin(clock: Pick<Clock, 'sleep'>, limit: TimeLimit, work: Work): Promise<void> {
  const { name, timeoutMs, graceMs, signal } = limit;
  const late = new AbortController();
  const ended = new AbortController();
  const timer = createTimer(clock, timeoutMs, ended.signal);
  const running = work(AbortSignal.any([signal, late.signal]), timer.again);
  const settled = running.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  try {
    if ((await Promise.race([settled, timer.over])) === 'ended') return await running;
    const fault = new SwarmError(
      domainErrors.jobTimedOut,
      `${name} ran for more than ${timeoutMs / 1_000} s`,
    );
    late.abort(fault);
    const grace = clock.sleep(graceMs, ended.signal).then(
      () => 'left' as const,
      () => 'left' as const,
    );
    if ((await Promise.race([settled, grace])) === 'left') {
      const said = `${fault.message} and did not end when it was told to, so nobody can tell whether it was done`;
      throw new GivenUp(new SwarmError(domainErrors.jobTimedOut, said));
    }
    // It may have come to its end just then.
    await running.catch((cause: unknown) => {
      throw new SwarmError(fault.kind, fault.message, { cause });
    });
  } finally {
    ended.abort();
  }
}

interface Timer {
  /** Resolves when the time is over; never once the run has ended. */
  readonly over: Promise<'late'>;
  readonly again: () => void;
}

function createTimer(clock: Pick<Clock, 'sleep'>, timeoutMs: number, ended: AbortSignal): Timer {
  let anew = new AbortController();
  const isOver = () =>
    clock.sleep(timeoutMs, AbortSignal.any([ended, anew.signal])).then(
      () => true,
      () => false,
    );
  const expire = async (): Promise<'late'> => {
    while (!(await isOver())) {
      // Nobody waits for it any more.
      if (ended.aborted) break;
      anew = new AbortController();
    }
    return 'late';
  };
  return { over: expire(), again: () => anew.abort() };
}
