import { describe, expect, it } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { DeadlineWatch } from '../../../src/queue/deadline-watch.ts';
import { GivenUp } from '../../../src/queue/faults.ts';
import { runWithin } from '../../../src/queue/time-limit.ts';
import { ManualClock } from '../core/manual-clock.ts';

/** Runs some work for at most a second. */
function limited(clock: ManualClock, work: (signal: AbortSignal, progress: () => void) => Promise<void>) {
  const watch = new DeadlineWatch({ clock, monotonic: () => clock.now() });
  const end = new AbortController();
  const tell = (fault: SwarmError) => end.abort(fault);
  const limit = { name: 'job', timeoutMs: 1_000, graceMs: 100, tell };
  return runWithin(watch, limit, (progress) => work(end.signal, progress));
}

/** Lets what is due come to pass. */
async function advance(clock: ManualClock, ms: number) {
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

const thrownBy = (run: Promise<void>) =>
  run.then(
    () => null,
    (thrown: unknown) => thrown,
  );

describe('a run under a time limit', () => {
  it('ends as its work does', async () => {
    const clock = new ManualClock();
    expect(await thrownBy(limited(clock, async () => undefined))).toBeNull();
    const fault = new SwarmError(coreErrors.timedOut, 'far side');
    expect(await thrownBy(limited(clock, () => Promise.reject(fault)))).toBe(fault);
  });

  it('G7 is told to end when its time is over, and may be tried again where it does', async () => {
    const clock = new ManualClock();
    const run = thrownBy(
      limited(
        clock,
        (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
    );
    await advance(clock, 1_000);
    expect(await run).toMatchObject({ code: 'JOB_TIMED_OUT', retryable: true });
  });

  it('G7 is left alone when it does not end, and is not tried again', async () => {
    const clock = new ManualClock();
    const run = thrownBy(limited(clock, () => new Promise(() => undefined)));
    await advance(clock, 1_000);
    await advance(clock, 100);
    const thrown = await run;
    expect(thrown).toBeInstanceOf(GivenUp);
    expect(thrown).toMatchObject({ cause: { code: 'JOB_TIMED_OUT' } });
  });

  it('that comes to its end while it is told to is well', async () => {
    const clock = new ManualClock();
    const run = thrownBy(
      limited(clock, (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()))),
    );
    await advance(clock, 1_000);
    expect(await run).toBeNull();
  });

  it('G7 has its time anew with each sign of progress', async () => {
    const clock = new ManualClock();
    const beat: (() => void)[] = [];
    const end: (() => void)[] = [];
    const run = thrownBy(
      limited(clock, (_signal, progress) => {
        beat.push(progress);
        return new Promise((resolve) => end.push(resolve));
      }),
    );
    for (let i = 0; i < 5; i += 1) {
      await advance(clock, 900);
      beat[0]?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    end[0]?.();
    expect(await run).toBeNull();
  });
});
