// What agents tell of their progress when something is wrong with it (F33), through the file and through a door, in two
// processes: each checkpoint is handed over once, in order, and what is no percent fires nothing. Kills in between are in
// kill.test.ts and nudge-kill.test.ts, values one by one in unit/pipeline/read-status.test.ts.
import { rm } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { progressReportSchema } from '../../../src/contracts/progress.ts';
import { gasOf, layDown, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Say = (rig: Rig, percent: number) => Promise<unknown>;

let seq = 0;
const ways: readonly (readonly [string, Say])[] = [
  [
    'in its file',
    async (rig, percent) => {
      await rig.write('A', status(percent));
      await Promise.all([rig.pipeline.work.sweep(), rig.twin.work.sweep()]);
    },
  ],
  [
    'through a door',
    (rig, percent) => {
      seq += 1;
      const report = progressReportSchema.parse({ agent: 'A', mission: 'm', percent, seq });
      return Promise.all([rig.pipeline, rig.twin].map(({ progress }) => progress.report(report)));
    },
  ],
];

const fired = (rig: Rig) => gasOf(rig).map(({ checkpoint }) => checkpoint);

describe.for(ways)('progress that is told %s', ([, say]) => {
  it('twice is handed over once', async ({ rig }) => {
    for (const percent of [80, 80, 80]) await say(rig, percent);
    expect(fired(rig)).toEqual([75]);
  });

  it('and goes back from 92 to 40 is not handed over again, and 100 still is', async ({ rig }) => {
    for (const percent of [92, 40, 80, 92, 39, 100]) await say(rig, percent);
    expect(fired(rig)).toEqual([75, 90, 100]);
  });

  it('and jumps from 10 to 100 is handed over at all three, and lies in the inbox in that order', async ({
    rig,
  }) => {
    for (const percent of [10, 100]) await say(rig, percent);
    expect(fired(rig)).toEqual([75, 90, 100]);
    await layDown(rig);
    const names = (await rig.inbox('B')).toSorted();
    expect(names.map((name) => /-(\d{3})-/.exec(name)?.[1])).toEqual(['075', '090', '100']);
  });
});

describe('progress that is no percent', () => {
  it.for([
    'NaN',
    'Infinity',
    '1e999',
    '150',
    '-1',
    '"NaN"',
    '"150%"',
    '"ninety"',
    'null',
    '[100]',
    '{"of":100}',
  ])('%s fires nothing, and what comes after it does', async (value, { rig }) => {
    await rig.write('A', status(40));
    await rig.pipeline.work.sweep();
    await rig.write('A', `{"current_mission":"m","progress":${value}}`);
    await rig.pipeline.work.sweep();
    expect(fired(rig)).toEqual([]);
    await rig.write('A', '{"current_mission":"m","progress":"90%"}');
    await rig.pipeline.work.sweep();
    expect(fired(rig)).toEqual([75, 90]);
  });

  it.for([Number.NaN, Number.POSITIVE_INFINITY, 150, -1, '90%'])('%s is refused at a door', (percent) => {
    const parsed = progressReportSchema.safeParse({ agent: 'A', mission: 'm', percent });
    expect(parsed.error?.issues[0]?.path).toEqual(['percent']);
  });
});

it('an agent whose file vanishes keeps what it had reached, and goes on from there', async ({ rig }) => {
  const tell = ways[0]?.[1] ?? expect.fail();
  await tell(rig, 80);
  await rm(rig.path('A', 'status.json'));
  await Promise.all([rig.pipeline.work.sweep(), rig.twin.work.sweep()]);
  expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ percent: 80, epoch: 1, problem: null });
  await tell(rig, 92);
  expect(fired(rig)).toEqual([75, 90]);
});
