// What a person's word does to a run: every event from every kind of run, and what the status may fire afterwards.
import { describe, expect, it } from 'vitest';
import { type Checkpoint, checkpoints } from '../../../src/contracts/agents.ts';
import { type HandEvent, isOvertaken, transitionByHand } from '../../../src/pipeline/hand.ts';
import { readFor, transitionRun } from '../../../src/pipeline/machine.ts';
import { ahead, newRun, pauseOf, type Run } from '../../../src/pipeline/run.ts';

const status = (progress: number, mission = 'm') => JSON.stringify({ current_mission: mission, progress });

function read(run: Run, raw: string) {
  return transitionRun(run, { reading: readFor(run, raw), at: 1, writtenAt: 1 });
}

/** A run that has reached `percent`; null is one that has told nothing. */
function at(percent: number | null): Run {
  return percent === null ? newRun('A') : read(newRun('A'), status(percent)).run;
}

const by = (run: Run, ...events: readonly HandEvent[]): Run =>
  events.reduce((held, event) => transitionByHand(held, event).run, run);

const hour = 3_600_000;
const pause = (when: number, now = when): HandEvent => ({
  ...{ kind: 'word', now },
  word: { paused: true, by: 'ann', at: when },
});
const resume = (when: number, now = when): HandEvent => ({
  ...{ kind: 'word', now },
  word: { paused: false, by: 'bob', at: when },
});

describe('what may still fire', () => {
  it.each([
    [null, []],
    [0, [75, 90, 100]],
    [74, [75, 90, 100]],
    [75, [90, 100]],
    [90, [100]],
    [100, []],
  ] as const)('of a run at %s is %j', (percent, expected) => {
    expect(ahead(at(percent))).toEqual(expected);
  });

  it('is all where the progress of the mission is unknown', () => {
    expect(ahead(read(newRun('A'), JSON.stringify({ current_mission: 'm' })).run)).toEqual([75, 90, 100]);
  });
});

describe('send', () => {
  it.each([
    [null, null],
    [10, 75],
    [80, 90],
    [95, 100],
    [100, null],
  ] as const)('at %s takes the next checkpoint: %s', (percent, settled) => {
    expect(transitionByHand(at(percent), { kind: 'send' }).settled).toBe(settled);
  });

  it('twice takes the two next ones, and a third time the last', () => {
    const run = by(at(10), { kind: 'send' }, { kind: 'send' });
    expect(run.mission.settled).toEqual([75, 90]);
    expect(transitionByHand(run, { kind: 'send' }).settled).toBe(100);
  });

  it('that finds nothing returns the very same run', () => {
    const run = at(100);
    expect(transitionByHand(run, { kind: 'send' }).run).toBe(run);
  });
});

describe('skip', () => {
  const every = [null, 10, 80, 95, 100].flatMap((percent) =>
    checkpoints.map((checkpoint) => [percent, checkpoint] as const),
  );

  it.each(every)('of a run at %s, checkpoint %s, fits when it may still fire', (percent, checkpoint) => {
    const run = at(percent);
    const step = transitionByHand(run, { kind: 'skip', checkpoint });
    const fits = ahead(run).includes(checkpoint);
    expect(step.settled).toBe(fits ? checkpoint : null);
    expect(step.run === run).toBe(!fits);
  });

  it('twice is once', () => {
    const run = by(at(10), { kind: 'skip', checkpoint: 90 });
    expect(transitionByHand(run, { kind: 'skip', checkpoint: 90 })).toEqual({ run, settled: null });
  });
});

describe('a checkpoint that a person took out', () => {
  const fired = (run: Run, ...progress: number[]): Checkpoint[] => {
    let held = run;
    return progress.flatMap((percent) => {
      const step = read(held, status(percent));
      held = step.run;
      return step.effects.map(({ checkpoint }) => checkpoint);
    });
  };

  it('does not fire when it is crossed, and the others do', () => {
    expect(fired(by(at(10), { kind: 'send' }), 80, 92, 100)).toEqual([90, 100]);
    expect(fired(by(at(10), { kind: 'skip', checkpoint: 90 }), 100)).toEqual([75, 100]);
  });

  it('stays out over regressions of the same mission', () => {
    expect(fired(by(at(10), { kind: 'send' }), 80, 20, 80)).toEqual([]);
  });

  it('is back in the next mission', () => {
    const run = by(at(10), { kind: 'send' });
    expect(read(run, status(80, 'next')).effects.map(({ checkpoint }) => checkpoint)).toEqual([75]);
  });
});

describe('a pause', () => {
  const kinds = (run: Run, percent: number, mission?: string) =>
    read(run, status(percent, mission)).effects.map(({ kind, checkpoint }) => `${kind} ${checkpoint}`);

  it('holds what is crossed, and only once', () => {
    const paused = by(at(10), pause(5));
    expect(kinds(paused, 92)).toEqual(['hold 75', 'hold 90']);
    expect(kinds(read(paused, status(92)).run, 92)).toEqual([]);
  });

  it('outlives the mission', () => {
    expect(kinds(by(at(10), pause(5)), 80, 'next')).toEqual(['hold 75']);
  });

  it('of an agent that told nothing yet holds from its first word on', () => {
    expect(kinds(by(newRun('A'), pause(5)), 75)).toEqual(['hold 75']);
  });

  it('that ended lets fire what is crossed from then on', () => {
    expect(kinds(by(at(10), pause(5), resume(6)), 75)).toEqual(['deliver 75']);
  });

  it('does not stop what a person sends ahead', () => {
    expect(transitionByHand(by(at(10), pause(5)), { kind: 'send' }).settled).toBe(75);
  });

  it.each([
    ['pause, resume', [pause(5), resume(6)], null],
    ['resume, pause, in the order of their jobs', [resume(6), pause(5)], null],
    ['pause, resume, and the first pause again', [pause(5), resume(6), pause(5)], null],
    ['pause, pause', [pause(5), pause(6)], 6],
    ['resume, and the pause behind it', [resume(5), pause(6)], 6],
    ['pause, and a resume after the clock was set back by an hour', [pause(2 * hour), resume(hour)], null],
    [
      'pause and resume, and that pause again after the clock was set back by an hour',
      [pause(2 * hour), resume(2 * hour + 1), pause(2 * hour, hour)],
      null,
    ],
  ] as const)('is as the newest word says: %s', (_, events, since) => {
    expect(pauseOf(by(at(10), ...events))?.at ?? null).toBe(since);
  });

  it('calls overtaken what an older word wants', () => {
    expect([4, 5, 6].map((when) => isOvertaken(by(at(10), pause(5)), { at: when }, when))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
