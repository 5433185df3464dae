import { describe, expect, it } from 'vitest';
import { makeOneAtATime } from '../../../src/pipeline/rounds.ts';

describe('one at a time', () => {
  it('never runs twice at once, and runs again for a call that came while it ran', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const gates: (() => void)[] = [];
    const work = makeOneAtATime(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
    });
    const first = work();
    await Promise.resolve();
    const later = [work(), work(), work()];
    gates.shift()?.();
    await first;
    await Promise.resolve();
    gates.shift()?.();
    await Promise.all(later);
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const work = makeOneAtATime(async () => {
      runs += 1;
      if (runs === 1) throw new RangeError('once');
    });
    await expect(work()).rejects.toThrow('once');
    await work();
    expect(runs).toBe(2);
  });
});
