// Gas by pace: earlier for the fast, later only where nothing speaks against it, and one of each checkpoint all the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpoints } from '../../../src/contracts/agents.ts';
import { readFor, transitionRun } from '../../../src/pipeline/machine.ts';
import { newRun } from '../../../src/pipeline/run.ts';
import { noPace, notePace } from '../../../src/pipeline/stall/pace.ts';
import { fixedThresholds, levelOf, thresholdsOf } from '../../../src/pipeline/thresholds.ts';
import { hour, minute, StallLife, start, working } from './stall-life.ts';

const pace = fc.double({ min: 0.001, max: 200, noNaN: true });

describe('the thresholds', () => {
  it.each([
    ['nothing', [], 75, 90],
    ['two missions', [9, 9], 75, 90],
    ['three slow ones: too few to be later', [0.1, 0.1, 0.1], 75, 90],
    ['three fast ones', [5, 2, 2], 70, 85],
    ['five slow ones', [0.1, 0.1, 0.1, 0.1, 0.1], 80, 92],
    ['five of which one was fast', [0.1, 0.1, 2.7, 0.1, 0.1], 73, 89],
    ['what is no pace', [Number.NaN, 0, -1, Infinity], 75, 90],
  ])('of %s', (_, paces, handover, backup) => {
    expect(thresholdsOf(paces, 10)).toMatchObject({ handover, backup });
  });

  it('lie within their bounds, and in doubt never behind the fixed points', () => {
    fc.assert(
      fc.property(fc.array(pace, { maxLength: 12 }), fc.integer({ min: 1, max: 1_440 }), (paces, lead) => {
        const { handover, backup } = thresholdsOf(paces, lead);
        expect(handover >= 70 && handover <= 80 && backup >= 85 && backup <= 92).toBe(true);
        if (paces.length < 5) expect(handover <= 75 && backup <= 90).toBe(true);
        // Later than the fixed point only where the fastest mission of all would still leave the lead.
        if (handover > 75) expect(Math.max(...paces) * lead).toBeLessThanOrEqual(100 - handover);
      }),
      { seed: 20_261_126 },
    );
  });

  it('say why', () => {
    expect(thresholdsOf([5, 2, 2], 10).reason).toBe(
      '5.00 % a minute at its fastest of 3 missions, and 10 min of lead are wanted',
    );
    expect(thresholdsOf([], 10).reason).toBe('only 0 missions are known');
  });
});

describe('a run with thresholds of its own', () => {
  it('fires each checkpoint once, in order, at its level, whatever comes later', () => {
    const percents = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(percents, fc.array(pace, { maxLength: 8 }), (progress, paces) => {
        const thresholds = thresholdsOf(paces, 10);
        let run = newRun('A');
        const fired: number[] = [];
        progress.forEach((percent, at) => {
          const reading = readFor(run, JSON.stringify({ mission_id: 'm', progress: percent }));
          // What is handed in for a mission under way changes nothing of it.
          const given = at === 0 ? thresholds : fixedThresholds;
          const step = transitionRun(run, { reading, at, writtenAt: at, thresholds: given });
          run = step.run;
          fired.push(...step.effects.map(({ checkpoint }) => checkpoint));
        });
        const reached = checkpoints.filter((one) => levelOf(thresholds, one) <= Math.max(...progress));
        expect(fired).toEqual(reached);
      }),
      { seed: 20_261_126 },
    );
  });
});

describe('a pace', () => {
  it('is counted at the end of a mission, once, from its first known percent', () => {
    const seen = [0, 10, 60, 100, 100].map((percent, i) => ({
      isNew: i === 0,
      percent,
      at: start + i * 10 * minute,
    }));
    const known = seen.reduce(notePace, noPace);
    expect(known.past).toEqual([100 / 30]);
    expect(notePace(known, { isNew: true, percent: 0, at: start + hour }).past).toEqual([100 / 30]);
  });

  it('is counted of a mission that ends before 100, and not of a glimpse', () => {
    const half = notePace(notePace(noPace, { isNew: true, percent: 0, at: 0 }), {
      isNew: false,
      percent: 50,
      at: hour,
    });
    expect(notePace(half, { isNew: true, percent: 0, at: hour }).past).toEqual([50 / 60]);
    const glimpse = notePace(noPace, { isNew: true, percent: 99, at: 0 });
    expect(notePace(glimpse, { isNew: true, percent: 0, at: hour }).past).toEqual([]);
  });

  it('comes of the looks of the watch', () => {
    const life = new StallLife().live(2 * hour, (now) => {
      const epoch = 1 + Math.floor((now - start - minute) / (30 * minute));
      const percent = Math.min(100, 4 * (((now - start - minute) / minute) % 30));
      return { ...working, epoch, percent, signs: { heartbeat: now }, startedAt: now };
    });
    expect(life.watch.pace.past).toEqual([4, 4, 4, 4]);
  });
});
