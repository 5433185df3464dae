// The proof that no swarm stands still unseen: ten thousand seeded runs with faults through the real pipeline in virtual time.
// A run that fails prints its seed, which becomes a test in simulation.test.ts. It stands in two files, so that each core
// has one half.
import { expect, it } from 'vitest';
import { simulate } from '../../../src/pipeline/simulation/run.ts';

const half = 5_000;

/** Makes the test of one half. */
export function proveNoStall(which: 'first' | 'second'): void {
  const seed = Number(process.env['SWARMLINE_SEED'] ?? 1) + (which === 'first' ? 0 : half);
  it(`H14 a simulated swarm ends or has called a person, gives nothing twice, and nudges nobody beyond the budget (${which} half)`, {
    timeout: 1_200_000,
  }, async () => {
    const { runs, failed, largest, ...sums } = await simulate({ runs: half, seed });
    expect({ runs, failed }).toEqual({ runs: half, failed: [] });
    // Else it would prove nothing: the faults have to have bitten.
    expect(largest).toBeGreaterThan(120);
    const bites = [sums.rerouted, sums.withAlert, sums.cut, sums.nudges];
    for (const sum of bites) expect(sum).toBeGreaterThan(500);
  });
}
