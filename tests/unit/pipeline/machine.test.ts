import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFor, transitionRun } from '../../../src/pipeline/machine.ts';
import { newRun, type Run } from '../../../src/pipeline/run.ts';

interface Fired {
  readonly epoch: number;
  readonly checkpoint: number;
}

/** Feeds raw versions through reader and machine. */
function play(versions: readonly string[], start: Run = newRun('A')): { run: Run; fired: Fired[] } {
  let run = start;
  const fired: Fired[] = [];
  versions.forEach((raw, at) => {
    const step = transitionRun(run, { reading: readFor(run, raw), at, writtenAt: at });
    run = step.run;
    for (const { checkpoint } of step.effects) fired.push({ epoch: run.mission.epoch, checkpoint });
  });
  return { run, fired };
}

/** `seenAt` after each version of one text. */
function agesOf(versions: readonly { readonly at: number; readonly writtenAt: number }[]) {
  let run = newRun('A');
  return versions.map((version) => {
    run = transitionRun(run, { reading: readFor(run, status(40)), ...version }).run;
    return run.seenAt;
  });
}

const status = (progress: unknown, mission = 'm') => JSON.stringify({ current_mission: mission, progress });
const checkpointsOf = (...progress: unknown[]) =>
  play(progress.map((value) => status(value))).fired.map(({ checkpoint }) => checkpoint);

describe('checkpoints', () => {
  it.each([
    ['a jump over one', [74, 82], [75]],
    ['a jump over all', [0, 100], [75, 90, 100]],
    ['a first version that is complete', [100], [75, 90, 100]],
    ['the same progress twice', [75, 75], [75]],
    ['a regression', [92, 40, 92], [75, 90]],
    ['slow steps', [74, 75, 89, 90, 99, 100], [75, 90, 100]],
    ['values out of range between', [80, 150, -3, null, 91], [75, 90]],
    ['no progress at all', [null], []],
  ])('fire on crossing: %s', (_, progress, expected) => {
    expect(checkpointsOf(...progress)).toEqual(expected);
  });

  it('fire anew in each epoch, also when a mission comes back', () => {
    const { fired } = play([status(80, 'a'), status(80, 'b'), status(80, 'a')]);
    expect(fired).toEqual([1, 2, 3].map((epoch) => ({ epoch, checkpoint: 75 })));
  });

  it('fire at most once per epoch and in order, whatever the progress does', () => {
    const versions = fc.array(
      fc.oneof(
        fc.record({ mission: fc.constantFrom('a', 'b'), progress: fc.integer({ min: -20, max: 140 }) }),
        fc.constant(null),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(versions, (list) => {
        const { fired } = play(list.map((v) => (v === null ? '{torn' : status(v.progress, v.mission))));
        const order = fired.map(({ epoch, checkpoint }) => epoch * 1_000 + checkpoint);
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
      }),
    );
  });

  it('have fired exactly up to the highest percent that was seen', () => {
    const progress = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 });
    fc.assert(
      fc.property(progress, (list) => {
        const highest = Math.max(...list);
        expect(checkpointsOf(...list)).toEqual([75, 90, 100].filter((checkpoint) => checkpoint <= highest));
      }),
    );
  });
});

describe('a run', () => {
  it('keeps its last good value when a version cannot be used', () => {
    const good = play([status(40)]).run;
    expect(play(['{torn'], good).run).toEqual({
      ...good,
      readAt: 0,
      problem: 'not JSON at position 1 (line 1, column 2)',
    });
  });

  it('has no problem any more after the next good version', () => {
    expect(play(['{torn', status(40)]).run.problem).toBeNull();
  });

  it('is in epoch 0 until something valid was read', () => {
    expect(play(['{torn']).run).toMatchObject({ mission: { epoch: 0, name: null }, seenAt: null });
  });

  it('is as old as the last word of its agent, however often we read that', () => {
    const words = [
      { at: 100, writtenAt: 40 },
      { at: 200, writtenAt: 40 },
      { at: 300, writtenAt: 250 },
    ];
    expect(agesOf(words)).toEqual([40, 40, 250]);
  });

  it('takes a word from the future for one of the moment in which it was first read', () => {
    const words = [
      { at: 100, writtenAt: 9_000 },
      { at: 200, writtenAt: 9_000 },
    ];
    expect(agesOf(words)).toEqual([100, 100]);
  });

  it.each([
    [null, 'idle'],
    [0, 'starting'],
    [1, 'executing'],
    [89, 'executing'],
    [90, 'completing'],
    [99, 'completing'],
    [100, 'complete'],
  ])('at %s percent is %s', (progress, state) => {
    expect(play([status(progress)]).run.state).toBe(state);
  });

  it('that found more work after its end is executing again', () => {
    expect(play([status(100), status(60)]).run).toMatchObject({
      state: 'executing',
      percent: 60,
      maxPercent: 100,
    });
  });

  it('counts finished tasks from the epoch that they were finished in', () => {
    const lists = (mission: string, completed: string[], current: string[]) =>
      JSON.stringify({ current_mission: mission, completed_tasks: completed, current_tasks: current });
    const { run } = play([
      lists('a', ['x'], ['y']),
      lists('a', ['x', 'y'], ['z']),
      lists('b', ['x', 'y', 'z'], ['v', 'w']),
      lists('b', ['x', 'y', 'z', 'v'], ['w']),
    ]);
    expect(run).toMatchObject({ mission: { epoch: 2, baseline: ['x', 'y', 'z'] }, percent: 50 });
  });
});
