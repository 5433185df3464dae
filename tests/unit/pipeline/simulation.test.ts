// The proof that no swarm stands still unseen: ten thousand seeded runs with faults through the real pipeline in virtual time.
// A run that fails prints its seed; `swarmline gas simulate --runs 1 --seed N` repeats it, and it becomes a test here.
import { describe, expect, it } from 'vitest';
import { simulate, simulateOne } from '../../../src/pipeline/simulation/run.ts';
import type { Watch } from '../../../src/pipeline/simulation/watch.ts';

const seed = Number(process.env['SWARMLINE_SEED'] ?? 1);

describe('a simulated swarm', () => {
  it('H14 ends or has called a person, gives nothing twice, and nudges nobody beyond the budget', {
    timeout: 600_000,
  }, async () => {
    const { runs, failed, largest, ...sums } = await simulate({ runs: 10_000, seed });
    expect({ runs, failed }).toEqual({ runs: 10_000, failed: [] });
    // Else it would prove nothing: the faults have to have bitten.
    expect(largest).toBeGreaterThan(150);
    for (const sum of [sums.rerouted, sums.withAlert, sums.cut]) expect(sum).toBeGreaterThan(1_000);
  });

  it('is the same for the same seed', async () => {
    expect(await simulateOne(7)).toEqual(await simulateOne(7));
  });

  it('is told as stalled when nobody watches it', async () => {
    const nobody = (): Watch => () => [];
    const { failed } = await simulate({ runs: 60, seed: 1, makeWatch: nobody });
    expect(failed.flatMap(({ problems }) => problems)).toContain('it never came to rest');
  });

  it('is told as flooded when its watch nudges at each look', async () => {
    const flood = (): Watch => () => ['nudge'];
    const { failed } = await simulate({ runs: 3, seed: 1, makeWatch: flood, nudgesPerDay: 5 });
    expect(failed.flatMap(({ problems }) => problems).join()).toMatch(/was nudged \d+ times within a day/);
  });
});
