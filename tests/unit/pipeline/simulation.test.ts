// What the proof that no swarm stands still unseen (no-stall-first.test.ts and no-stall-second.test.ts) rests on, and seeds
// that failed once: `swarmline gas simulate --runs 1 --seed N` repeats one.
import { describe, expect, it } from 'vitest';
import { simulate, simulateOne } from '../../../src/pipeline/simulation/run.ts';

describe('a simulated swarm', () => {
  it('is the same for the same seed', async () => {
    expect(await simulateOne(7)).toEqual(await simulateOne(7));
  });

  it('is told as stalled when nobody watches it', { timeout: 60_000 }, async () => {
    const { failed } = await simulate({ runs: 8, seed: 1, most: 7, stall: { enabled: false } });
    expect(failed.flatMap(({ problems }) => problems)).toContain('it never came to rest');
  });

  it('is told as flooded when its watch nudges more often than it may', { timeout: 60_000 }, async () => {
    const budget = { nudgesPerDay: 1, cooldownMs: 3_600_000 };
    const often = await simulate({ runs: 60, seed: 1, most: 7, stall: { cooldownMs: 1_000 }, budget });
    const problems = often.failed.flatMap((one) => one.problems).join();
    expect(problems).toMatch(/was nudged \d+ times within a day/);
    expect(problems).toMatch(/was nudged again too soon/);
  });

  it('keeps its promises also where gas of a silent agent is given on without a word', {
    timeout: 120_000,
  }, async () => {
    const soon = { warnAfterMs: 300_000, nudgeAfterMs: 600_000, reassignAfterMs: 900_000 };
    let given = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const { problems, reassigned } = await simulateOne(seed, {
        most: 7,
        stall: { ...soon, reassign: 'auto' },
      });
      expect({ seed, problems }).toEqual({ seed, problems: [] });
      given += reassigned;
    }
    // Else it would prove nothing.
    expect(given).toBeGreaterThan(10);
  });

  // Seeds that failed once, and what was wrong.
  it.each([[79, 'an agent took gas, said so, and died before it wrote a word: nobody looked for it']])(
    'keeps seed %i: %s',
    async (one) => {
      expect((await simulateOne(one)).problems).toEqual([]);
    },
  );
});
