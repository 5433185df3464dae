// One run under a time limit: told to end when its time is over, and left alone when it does not. It decides nothing about
// what becomes of the job.
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import { startTimer, type Timer, within } from '../core/timer.ts';
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
  const told = new AbortController();
  const pass = () => told.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass, { once: true });
  const time = startTime(clock, timeoutMs);
  const running = work(told.signal, time.again);
  const settled = running.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  try {
    if ((await Promise.race([settled, time.over])) === 'ended') return await running;
    const fault = new SwarmError(
      domainErrors.jobTimedOut,
      `${name} ran for more than ${timeoutMs / 1_000} s`,
    );
    told.abort(fault);
    if ((await within(clock, { ms: graceMs, late: () => 'left' as const }, settled)) === 'left') {
      const said = `${fault.message} and did not end when it was told to, so nobody can tell whether it was done`;
      throw new GivenUp(new SwarmError(domainErrors.jobTimedOut, said));
    }
    // It may have come to its end just then.
    await running.catch((cause: unknown) => {
      throw new SwarmError(fault.kind, fault.message, { cause });
    });
  } finally {
    time.end();
    signal.removeEventListener('abort', pass);
  }
}

interface Time {
  /** Resolves when the time is over; never once the run has ended. */
  readonly over: Promise<'late'>;
  readonly again: () => void;
  readonly end: () => void;
}

function startTime(clock: Pick<Clock, 'sleep'>, timeoutMs: number): Time {
  let expire: () => void = () => undefined;
  const over = new Promise<'late'>((resolve) => {
    expire = () => resolve('late');
  });
  const start = () => {
    const started = startTimer(clock, timeoutMs);
    void started.over.then(expire);
    return started;
  };
  let timer: Timer | null = start();
  return {
    over,
    again: () => {
      // Nobody waits for it any more.
      if (timer === null) return;
      timer.callOff();
      timer = start();
    },
    end: () => {
      timer?.callOff();
      timer = null;
    },
  };
}
