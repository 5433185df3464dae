// What people see of an agent between two looks of the watch: the newer of what the watch and the run know.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/pipeline/run.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { factsOf, nothingReceived } from '../../../src/pipeline/stall/facts.ts';
import { newWatch, type Watch } from '../../../src/pipeline/stall/record.ts';
import { remember } from '../../../src/pipeline/stall/remember.ts';
import { stallsOf, watchView } from '../../../src/pipeline/stall/view.ts';
import { runOn } from '../../support/runs.ts';
import { hour, minute, start } from './stall-life.ts';

const options = stallConfigSchema.parse({});
const now = start + 3 * hour;
const run: Run = runOn('A', { epoch: 1, epochAt: start, name: 'M' }, { percent: 40, seenAt: start });
/** Looked at a minute ago, and silent since the start. */
const watch: Watch = {
  ...newWatch('A', start, 0),
  ...{ epoch: 1, percent: 40, signs: { progress: start, heartbeat: start }, since: start },
  ...{ tier: 'human', proposals: [{ delivery: 'x1', to: 'B' }], given: 1, judgedAt: now - minute },
};
const told = (at: number, percent: number) => ({ ...run, percent, seenAt: at });

describe('between two looks', () => {
  it('a percent that moved is progress, and ends the silence and what was said of it', () => {
    expect(watchView(run, watch, now, options)).toMatchObject({
      silentSince: start,
      tier: 'human',
      given: 1,
    });
    const view = watchView(told(now - 5_000, 41), watch, now, options);
    expect(view).toEqual({
      signs: [
        { source: 'progress', at: now - 5_000 },
        { source: 'heartbeat', at: now - 5_000 },
      ],
      silentSince: null,
      tier: 'none',
      outOfGasSince: null,
      waitsFor: null,
    });
  });

  it('a status that only came again is a beat, and ends no silence of hours', () => {
    const view = watchView(told(now - 5_000, 40), watch, now, options);
    expect(view).toMatchObject({ tier: 'human', silentSince: start + hour });
    expect(view.signs).toEqual([
      { source: 'heartbeat', at: now - 5_000 },
      { source: 'progress', at: start },
    ]);
  });

  it('what somebody reports in its place is of its work, and told with whose word it is', () => {
    const word = 'on the word of cli:local';
    const reported = (at: number, percent: number) => ({
      ...told(at, percent),
      told: { epoch: null, seq: null, at, word, mover: word },
    });
    const view = watchView(reported(now - 5_000, 41), watch, now, options);
    expect(view).toMatchObject({ silentSince: null, tier: 'none' });
    expect(view.signs).toEqual([
      { source: 'progress', at: now - 5_000, word },
      { source: 'heartbeat', at: now - 5_000, word },
    ]);
    const facts = (one: Run) => ({ run: one, evidence: noEvidence, received: nothingReceived });
    const looked = remember(watch, factsOf(facts(reported(now - 5_000, 41))), now, options);
    const own = { ...reported(now - 5_000, 41), seenAt: now };
    const repeated = { ...told(now, 41), told: { epoch: null, seq: null, at: now, mover: word } };
    expect(watchView(repeated, watch, now, options).signs).toEqual([
      { source: 'progress', at: now, word },
      { source: 'heartbeat', at: now },
    ]);
    const said = { ...told(now, 41), told: { epoch: null, seq: null, at: now, word } };
    expect(watchView(said, watch, now, options).signs).toEqual([
      { source: 'progress', at: now },
      { source: 'heartbeat', at: now, word },
    ]);
    expect(watchView(own, looked, now, options).signs).toEqual([
      { source: 'heartbeat', at: now },
      { source: 'progress', at: now - 5_000, word },
    ]);
    const later = now + 20 * minute;
    expect(stallsOf(looked, later)[0]?.detail).toContain(`last sign: progress ${word}, 20 min ago; `);
    expect(remember(looked, factsOf(facts(told(now, 42))), now, options).words).toEqual({});
  });

  it('one that has begun another mission is out of gas no more', () => {
    const over: Watch = { ...watch, percent: 100, tier: 'none', outOfGasSince: start };
    expect(watchView(told(start, 100), over, now, options).outOfGasSince).toBe(start);
    expect(
      watchView({ ...told(now, 0), mission: { ...run.mission, epoch: 2 } }, over, now, options).outOfGasSince,
    ).toBeNull();
  });

  it('what the watch knew stays, where no watch looks any more', () => {
    const off = { ...options, enabled: false };
    expect(watchView(told(now, 41), watch, now, off).signs).toContainEqual({ source: 'progress', at: start });
    expect(watchView(told(now, 41), null, now, options).signs).toEqual([{ source: 'heartbeat', at: now }]);
  });
});
