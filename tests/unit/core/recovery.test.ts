// What is done about a fault: by its class, inside a budget, behind a circuit.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { coreErrors, type ErrorClass, type ErrorKind, SwarmError } from '../../../src/core/errors.ts';
import { type BreakerState, createGuard, type GuardOptions } from '../../../src/core/recovery/guard.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import { RetryBudget } from '../../../src/core/recovery/retry-budget.ts';
import { strategyOf } from '../../../src/core/recovery/strategies.ts';
import { ManualClock } from './manual-clock.ts';

const kind = (name: ErrorClass, retryable: boolean): ErrorKind => ({
  code: `TEST_${name}`,
  class: name,
  retryable,
  chat: '',
  hint: '',
});
const away = kind('dependency', true);
const refused = kind('validation', false);

describe('the strategy of a class', () => {
  it.each([
    ['transient', 'retry', true, false],
    ['dependency', 'reconnect', true, false],
    ['rate-limited', 'wait', false, false],
    ['auth', 're-authenticate', false, true],
    ['validation', 'dead-letter', false, false],
    ['not-found', 'dead-letter', false, false],
    ['conflict', 'dead-letter', false, false],
    ['config', 'stop', false, true],
    ['bug', 'stop', false, true],
  ] as const)('%s: %s; opens the circuit: %s; needs a person: %s', (name, act, opensCircuit, needsPerson) => {
    expect(strategyOf(kind(name, false))).toEqual({ act, opensCircuit, needsPerson });
  });
});

describe('a retry budget', () => {
  const retriesOf = (budget: RetryBudget, calls: number) => {
    let retries = 0;
    for (let call = 0; call < calls; call += 1) {
      budget.earn();
      for (let wanted = 0; wanted < 2; wanted += 1) {
        if (budget.spend()) retries += 1;
      }
    }
    return retries;
  };

  it('lets a storm of 1,000 failing calls make a tenth of them, and a few', () => {
    const retries = retriesOf(new RetryBudget(new ManualClock()), 1_000);
    expect(retries).toBeGreaterThan(90);
    expect(retries).toBeLessThanOrEqual(105);
  });

  it('gives the few back within a minute, and never more than the few', () => {
    const clock = new ManualClock();
    const budget = new RetryBudget(clock, { share: 0, reserve: 3 });
    expect(retriesOf(budget, 10)).toBe(3);
    clock.advance(20_000);
    expect(retriesOf(budget, 10)).toBe(1);
    clock.advance(600_000);
    expect(retriesOf(budget, 10)).toBe(3);
  });

  it('lets a quiet day not pay for a storm', () => {
    const budget = new RetryBudget(new ManualClock(), { reserve: 5 });
    for (let call = 0; call < 100_000; call += 1) budget.earn();
    expect(retriesOf(budget, 1)).toBe(2);
    expect(retriesOf(budget, 30)).toBeLessThanOrEqual(22);
  });
});

describe('a guard', () => {
  beforeEach(async () => {
    await import('../../../src/core/recovery/library.ts');
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const clock: Clock = { now: () => Date.now(), sleep: systemClock.sleep };
  const guardOf = (options: Partial<GuardOptions> = {}) => {
    const changes: BreakerState['state'][] = [];
    const guard = createGuard(
      { clock, random: () => 1, onChange: ({ state }) => changes.push(state) },
      { name: 'far', ...options },
    );
    return { guard, changes };
  };
  /** Work that meets these faults, one after the other, and then succeeds; and how often it was called. */
  const workOf = (...faults: readonly SwarmError[]) => {
    const state = { calls: 0 };
    const run = async () => {
      const fault = faults[state.calls];
      state.calls += 1;
      if (fault) throw fault;
      return 'done';
    };
    return { state, run };
  };
  const fault = (of: ErrorKind, retryAfterMs?: number) =>
    new SwarmError(of, 'no luck', retryAfterMs === undefined ? {} : { retryAfterMs });
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (thrown: unknown) => (thrown instanceof SwarmError ? thrown.code : 'foreign'),
    );

  it('tries again what may be tried again, after a growing wait', async () => {
    const { guard } = guardOf({ backoff: { initialMs: 1_000, maxMs: 10_000 } });
    const { state, run } = workOf(fault(away), fault(away));
    const ended = guard.run(run);
    await vi.advanceTimersByTimeAsync(999);
    expect(state.calls).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(state.calls).toBe(2);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(state.calls).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    await expect(ended).resolves.toBe('done');
  });

  it('does not try again what is not retryable, whatever its class', async () => {
    const { guard } = guardOf();
    const { state, run } = workOf(fault(kind('transient', false)));
    await expect(codeOf(guard.run(run))).resolves.toBe('TEST_transient');
    expect(state.calls).toBe(1);
  });

  it('waits as long as a rate limit says', async () => {
    const { guard } = guardOf({ backoff: { initialMs: 1, maxMs: 1 } });
    const { state, run } = workOf(fault(kind('rate-limited', true), 7_000));
    const ended = guard.run(run);
    await vi.advanceTimersByTimeAsync(6_999);
    expect(state.calls).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await expect(ended).resolves.toBe('done');
  });

  it('does not let 200 failing calls become more than a tenth of that in retries, and a few', async () => {
    const { guard } = guardOf({ opensAt: null, atOnce: 200 });
    let calls = 0;
    const fail = async () => {
      calls += 1;
      throw fault(away);
    };
    const all = Promise.all(Array.from({ length: 200 }, () => codeOf(guard.run(fail))));
    await vi.advanceTimersByTimeAsync(60_000);
    await all;
    expect(calls).toBeGreaterThan(200);
    expect(calls).toBeLessThanOrEqual(200 + 20 + 5 + 5);
  });

  it('ends a try at its deadline, and tells the work so', async () => {
    const { guard } = guardOf({ timeoutMs: 1_000, retries: 0 });
    let told = false;
    const ended = codeOf(
      guard.run(
        (signal) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              told = true;
            });
          }),
      ),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(ended).resolves.toBe('CALL_TIMED_OUT');
    expect(told).toBe(true);
  });

  it('gives up at once when its caller does, also between two tries', async () => {
    const { guard } = guardOf({ backoff: { initialMs: 60_000, maxMs: 60_000 } });
    const stop = new AbortController();
    const { state, run } = workOf(fault(away));
    const ended = codeOf(guard.run(run, { signal: stop.signal }));
    await vi.advanceTimersByTimeAsync(10);
    stop.abort();
    await expect(ended).resolves.toBe('ABORTED');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(state.calls).toBe(1);
  });

  it('takes so many calls at a time, lets so many wait, and refuses the others at once', async () => {
    const { guard } = guardOf({ atOnce: 2, waiting: 1 });
    let running = 0;
    const slow = async () => {
      running += 1;
      await systemSleep(1_000);
      return 'done';
    };
    const ends = [1, 2, 3, 4].map(() => codeOf(guard.run(slow)));
    await vi.advanceTimersByTimeAsync(10);
    await expect(ends[3]).resolves.toBe('BULKHEAD_FULL');
    expect(running).toBe(2);
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(Promise.all(ends)).resolves.toEqual(['done', 'done', 'done', 'BULKHEAD_FULL']);
  });

  it('gives the fallback when all has failed', async () => {
    const { guard } = guardOf({ retries: 0 });
    const { run } = workOf(fault(refused));
    await expect(guard.run(run, { fallback: ({ code }) => `instead of ${code}` })).resolves.toBe(
      'instead of TEST_validation',
    );
  });

  describe('and its circuit', () => {
    const open = async (options: Partial<GuardOptions> = {}) => {
      const made = guardOf({ retries: 0, opensAt: 3, refusesForMs: 10_000, ...options });
      const { run } = workOf(fault(away), fault(away), fault(away));
      for (let call = 0; call < 3; call += 1) await codeOf(made.guard.run(run));
      return made;
    };

    it('opens at so many faults in a row, and calls nothing then', async () => {
      const { guard, changes } = await open();
      const { state, run } = workOf();
      await expect(codeOf(guard.run(run))).resolves.toBe('CIRCUIT_OPEN');
      expect([state.calls, guard.breaker?.state, changes]).toEqual([0, 'open', ['open']]);
    });

    it('stays closed for faults that say nothing of the far side, however many', async () => {
      const { guard } = guardOf({ retries: 0, opensAt: 3 });
      for (const of of [refused, kind('auth', false), kind('rate-limited', true), kind('conflict', true)]) {
        for (let call = 0; call < 5; call += 1) await codeOf(guard.run(workOf(fault(of)).run));
      }
      expect(guard.breaker?.state).toBe('closed');
    });

    it('lets one call try when its time is over, and closes when that succeeds', async () => {
      const { guard, changes } = await open();
      await vi.advanceTimersByTimeAsync(9_999);
      await expect(codeOf(guard.run(workOf().run))).resolves.toBe('CIRCUIT_OPEN');
      await vi.advanceTimersByTimeAsync(1);
      expect(guard.breaker?.state).toBe('half-open');
      await expect(guard.run(workOf().run)).resolves.toBe('done');
      expect(changes).toEqual(['open', 'half-open', 'closed']);
    });

    it('refuses the others while one call tries, and opens again when that fails', async () => {
      const { guard } = await open();
      await vi.advanceTimersByTimeAsync(10_000);
      const trial = codeOf(
        guard.run(async () => {
          await systemSleep(1_000);
          throw fault(away);
        }),
      );
      await vi.advanceTimersByTimeAsync(10);
      await expect(codeOf(guard.run(workOf().run))).resolves.toBe('CIRCUIT_OPEN');
      await vi.advanceTimersByTimeAsync(1_000);
      await expect(trial).resolves.toBe('TEST_dependency');
      expect(guard.breaker?.state).toBe('open');
    });

    it('is not closed by a trial that was given up: that proves nothing', async () => {
      const { guard } = await open();
      await vi.advanceTimersByTimeAsync(10_000);
      const stop = new AbortController();
      const trial = codeOf(guard.run(() => new Promise(() => undefined), { signal: stop.signal }));
      await vi.advanceTimersByTimeAsync(10);
      stop.abort();
      await expect(trial).resolves.toBe('ABORTED');
      await vi.advanceTimersByTimeAsync(10);
      expect(guard.breaker?.state).toBe('open');
    });

    it('is held open by whoever knows better, for as long as that lasts', async () => {
      const { guard, changes } = guardOf({ retries: 0 });
      await guard.hold();
      await vi.advanceTimersByTimeAsync(3_600_000);
      await expect(codeOf(guard.run(workOf().run))).resolves.toBe('CIRCUIT_OPEN');
      expect(guard.breaker?.state).toBe('open');
      await guard.letGo();
      await expect(guard.run(workOf().run)).resolves.toBe('done');
      expect(changes).toEqual(['open', 'closed']);
    });

    it('is not held by a hold that was over before it came', async () => {
      const { guard } = guardOf({ retries: 0 });
      await Promise.all([guard.hold(), guard.letGo()]);
      await expect(guard.run(workOf().run)).resolves.toBe('done');
    });

    it('is told for each guard that has one, and a guard made anew begins closed', async () => {
      const guards = createGuards({ clock });
      guards.guard({ name: 'plain', opensAt: null });
      const old = guards.guard({ name: 'far' });
      await old.hold();
      expect(guards.breakers()).toMatchObject([{ name: 'far', state: 'open' }]);
      guards.guard({ name: 'far' });
      expect(guards.breakers()).toMatchObject([{ name: 'far', state: 'closed' }]);
    });
  });
});

function systemSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

it('has kinds of its own for what a guard refuses, which may all be tried again', () => {
  const { circuitOpen, bulkheadFull, callTimedOut } = coreErrors;
  expect([circuitOpen, bulkheadFull, callTimedOut].every(({ retryable }) => retryable)).toBe(true);
});
