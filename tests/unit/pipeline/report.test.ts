// What a report through a door means for a run: order by epoch and seq, and the same reading as of a file.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ProgressReport,
  progressReportSchema,
  progressWordsSchema,
} from '../../../src/contracts/progress.ts';
import { readFor, transitionRun } from '../../../src/pipeline/machine.ts';
import { isOlderThanTold, weighReport } from '../../../src/pipeline/progress/report.ts';
import { newRun, type Run } from '../../../src/pipeline/run.ts';
import { runOn } from '../../support/runs.ts';

const report = (words: object) => progressReportSchema.parse({ agent: 'A', ...words });

const word = 'on the word of cli:local';

/** Each report is one of A's own, or on the word of another. */
function heard(reports: readonly { readonly percent: number; readonly word?: string }[], from = newRun('A')) {
  return reports.reduce((run, { percent, word: by }, i) => {
    const weighed = weighReport(run, report({ mission: 'map', percent }), { now: 1_000 + i, word: by });
    return weighed.event === null ? run : transitionRun(run, weighed.event).run;
  }, from);
}

/** Takes reports one after the other; what each fired, or why it was not taken. */
function tell(reports: readonly ProgressReport[], from: Run = newRun('A')) {
  let run = from;
  const answers = reports.map((one, i) => {
    const weighed = weighReport(run, one, { now: 1_000 + i });
    if (weighed.event === null) return weighed.reason;
    const step = transitionRun(run, weighed.event);
    run = step.run;
    return step.effects.map(({ checkpoint }) => checkpoint);
  });
  return { run, answers };
}

describe('a report', () => {
  it.for([
    ['percent, before anything else', { percent: 76.9, completed: 1, total: 10 }, 76],
    ['counts', { completed: 2, total: 3 }, 66],
    ['lists, each entry once', { done: ['a', 'a'], open: ['a', 'b', 'c'] }, 33],
    ['empty lists, which are unknown and not 0', { done: [], open: [] }, null],
  ] as const)('says how far it is by %s', ([_how, words, percent]) => {
    expect(tell([report({ ...words })]).run.percent).toBe(percent);
  });

  it('without a mission goes on with the one before', () => {
    const { run, answers } = tell([report({ mission: 'map', percent: 80 }), report({ percent: 95 })]);
    expect([run.mission.name, run.mission.epoch, answers]).toEqual(['map', 1, [[75], [90]]]);
  });

  it('of the same epoch and seq is a duplicate, and one behind it is late; both leave the run as it was', () => {
    const before = tell([report({ percent: 50, seq: 5 })]).run;
    const { run, answers } = tell([report({ percent: 99, seq: 5 }), report({ percent: 99, seq: 4 })], before);
    expect([answers, run]).toEqual([['duplicate', 'late'], before]);
  });

  it('of an earlier mission, late by its seq, does not bring that mission back', () => {
    const { run, answers } = tell([
      report({ mission: 'one', percent: 100, seq: 1 }),
      report({ mission: 'two', percent: 10, seq: 3 }),
      report({ mission: 'one', percent: 100, seq: 2 }),
    ]);
    expect([run.mission.name, answers]).toEqual(['two', [[75, 90, 100], [], 'late']]);
  });

  it('with a greater epoch begins a mission of the same name anew, and its seq from the start', () => {
    const { answers } = tell([
      report({ mission: 'map', percent: 100, epoch: 1, seq: 9 }),
      report({ mission: 'map', percent: 80, epoch: 2, seq: 1 }),
      report({ mission: 'map', percent: 80, epoch: 1, seq: 10 }),
    ]);
    expect(answers).toEqual([[75, 90, 100], [75], 'late']);
  });

  it.for([1, 31])(
    'with the first epoch after reports without one begins a mission anew, also at seq %i',
    (seq) => {
      const { run, answers } = tell([
        report({ mission: 'map', percent: 100, seq: 30 }),
        report({ mission: 'map', percent: 80, seq, epoch: 2 }),
        report({ percent: 95, seq: seq + 1, epoch: 2 }),
      ]);
      expect([run.mission.epoch, answers]).toEqual([2, [[75, 90, 100], [75], [90]]]);
    },
  );

  it('with an epoch at once begins nothing that a file has begun already', () => {
    const { run } = tell(
      [report({ percent: 80, epoch: 3 })],
      runOn('A', { epoch: 1, name: 'map' }, { maxPercent: 76 }),
    );
    expect([run.mission.epoch, run.told?.epoch]).toEqual([1, 3]);
  });

  it('fires each checkpoint once, in whatever order and how often the numbered reports arrive', () => {
    const percents = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(percents, fc.array(fc.nat(), { maxLength: 30 }), (sent, picks) => {
        const numbered = sent.map((percent, seq) => report({ mission: 'map', percent, seq }));
        const arrived = picks.flatMap((pick) => numbered[pick % numbered.length] ?? []);
        const fired = tell(arrived)
          .answers.flat()
          .filter((answer) => typeof answer === 'number');
        const reached = Math.max(-1, ...arrived.map(({ percent = 0 }) => percent));
        expect(fired).toEqual([...new Set(fired)].toSorted((a, b) => a - b));
        expect(fired.every((checkpoint) => checkpoint <= reached)).toBe(true);
      }),
    );
  });

  it.for([
    ['another said what it repeats', [{ percent: 83, word }, { percent: 83 }, { percent: 83 }], word],
    ['it said what another repeats', [{ percent: 83 }, { percent: 83, word }], undefined],
    ['it said more since', [{ percent: 83, word }, { percent: 84 }], undefined],
    ['another said more since', [{ percent: 83 }, { percent: 84, word }], word],
  ] as const)('moved on whose word: %s', ([, reports, by]) => {
    expect(heard(reports).told?.mover).toBe(by);
  });

  it('moved on its own word, where its file says more than another reported', () => {
    const run = heard([{ percent: 83, word }]);
    const file = {
      reading: readFor(run, '{"current_mission":"map","progress":84}'),
      at: 9_000,
      writtenAt: 9_000,
    };
    expect(heard([{ percent: 84, word }], transitionRun(run, file).run).told?.mover).toBeUndefined();
  });

  it.for([
    ['of the past is believed', 1_764_000_000_000, 1_764_000_000_000],
    ['of a clock that was never set is not: it was so when it arrived', 1, 1_764_170_000_000],
    ['in seconds is not either', 1_764_100_000, 1_764_170_000_000],
    ['of a time to come is as late as our clock', 1_764_999_000_000, 1_764_170_000_000],
  ] as const)('whose time %s', ([, at, seenAt]) => {
    const { event } = weighReport(newRun('A'), report({ percent: 5, at }), { now: 1_764_170_000_000 });
    expect(event?.writtenAt).toBe(seenAt);
  });

  it('is newer than a file that was written before it', () => {
    const { run } = tell([report({ percent: 50 })]);
    expect([
      isOlderThanTold(run, 1_000),
      isOlderThanTold(run, 1_001),
      isOlderThanTold(newRun('A'), 0),
    ]).toEqual([true, false, false]);
  });
});

describe('the words of a report', () => {
  it.for([
    [{}, 'percent'],
    [{ mission: 'map' }, 'percent'],
    [{ percent: 101 }, 'percent'],
    [{ completed: 3 }, 'total'],
    [{ completed: 3, total: 2 }, 'completed'],
    [{ percent: 1, seq: -1 }, 'seq'],
    [{ percent: 1, progress: 2 }, ''],
  ] as const)('are refused at the place that is wrong: %j', ([words, path]) => {
    const { error } = progressWordsSchema.safeParse(words);
    expect(error?.issues[0]?.path.join('.')).toBe(path);
  });
});
