// A join where the first is enough, and some that came behind it are paused: the oldest that may go goes.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { alerts, ann, layDown, order, record, status, sweepAfter } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Graph = NonNullable<PipelineOptions['chain']['agents']>;
const graph: Graph = { A: { next: ['C'] }, B: { next: ['C'] }, D: { next: ['C'] }, C: { join: 'any' } };
const chain = { chain: [], end: 'stop' as const, schedules: [], agents: graph };
const agents = ['A', 'B', 'C', 'D'].map((id) => ({ id, inbox: { kind: 'pull' as const } }));
const untilGivenUp = [6, 11, 20, 1];
const pause = ({ pipeline }: Rig, agent: string) => pipeline.control['gas.pause'](order(), { ...ann, agent });
const resume = ({ pipeline }: Rig, agent: string, held: 'deliver' | 'skip' = 'deliver') =>
  pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...ann, agent, held });
const skip = ({ pipeline }: Rig, agent: string) =>
  pipeline.control['gas.skip'](order(), { ...ann, agent, checkpoint: 75, reason: '' });
const observe = async (rig: Rig, ...names: string[]) => {
  for (const agent of names) await rig.pipeline.observe(agent, status(80, `of ${agent}`), Date.now());
  await layDown(rig);
};
const stepsOf = async ({ pipeline }: Rig, nr: number) =>
  (await pipeline.directory.deliveries(9)).deliveries.toReversed()[nr]?.steps.map(({ detail }) => detail);
const passedOver = 'passed over while B is paused by ann: `gas resume B` lets it go in its turn';

describe('a join of any whose second is paused', () => {
  it.override({ options: { chain, agents } });

  it('hands over that of the third where nobody takes the first, and that of the second once it is resumed', async ({
    rig,
  }) => {
    await pause(rig, 'B');
    await observe(rig, 'A', 'B', 'D');
    await sweepAfter(rig, ...untilGivenUp);
    const first = ['A→C 75 rerouted', 'B→C 75 suppressed', 'D→C 75 suppressed'];
    expect(await record(rig)).toEqual([...first, 'D→C 75 sent']);
    expect(await alerts(rig)).toEqual([]);
    expect((await stepsOf(rig, 1))?.slice(1)).toEqual([passedOver]);
    await resume(rig, 'B');
    await sweepAfter(rig, ...untilGivenUp);
    expect(await record(rig)).toEqual([...first, 'D→C 75 rerouted', 'B→C 75 sent']);
  });

  it('hands over that of the third where a person takes out the first, and no other when told so again', async ({
    rig,
  }) => {
    await pause(rig, 'B');
    for (const agent of ['A', 'B', 'D']) await rig.pipeline.observe(agent, status(80), Date.now());
    const goes = { text: expect.stringMatching(/; that of D goes in its place$/) };
    expect(await skip(rig, 'A')).toMatchObject(goes);
    expect((await stepsOf(rig, 1))?.slice(1)).toEqual([passedOver]);
    await resume(rig, 'B');
    expect(await skip(rig, 'A')).toMatchObject(goes);
    const open = (await record(rig)).filter((one) => !one.endsWith('suppressed'));
    expect(open).toEqual(['D→C 75 queued']);
  });
});

describe('a join of any whose first is paused', () => {
  it.override({ options: { chain, agents } });

  it('hands over that of the next, and not that of the first too once it is resumed', async ({ rig }) => {
    await pause(rig, 'A');
    await observe(rig, 'A', 'B', 'D');
    await sweepAfter(rig, 1);
    const after = ['A→C 75 rerouted', 'B→C 75 suppressed', 'D→C 75 suppressed', 'B→C 75 sent'];
    expect(await record(rig)).toEqual(after);
    expect((await stepsOf(rig, 0))?.at(-1)).toBe('that of B goes in its place: A is paused');
    await resume(rig, 'A');
    await sweepAfter(rig, 1);
    expect(await record(rig)).toEqual(after);
  });

  it('hands over that of the first where nobody else has come, or all that have are paused', async ({
    rig,
  }) => {
    for (const agent of ['A', 'B']) await pause(rig, agent);
    await observe(rig, 'A');
    await sweepAfter(rig, 1);
    await observe(rig, 'B');
    await sweepAfter(rig, 1);
    expect(await record(rig)).toEqual(['A→C 75 held', 'B→C 75 suppressed']);
    expect(await alerts(rig)).toEqual([]);
    await resume(rig, 'A');
    await sweepAfter(rig, 1);
    expect(await record(rig)).toEqual(['A→C 75 sent', 'B→C 75 suppressed']);
  });
});

describe('a join of any where all behind the first are paused', () => {
  it.override({ options: { chain, agents } });
  const wanted = async (rig: Rig) => (await alerts(rig)).map(({ detail }) => detail.replace(/ or `.*/, ''));

  it('tells whom to resume, also where they come and go after a person was wanted', async ({ rig }) => {
    for (const agent of ['B', 'D']) await pause(rig, agent);
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, ...untilGivenUp);
    expect(await wanted(rig)).toEqual(['wake C, `gas resume B`,']);
    const last = async () => (await stepsOf(rig, 0))?.at(-1);
    expect(await last()).toMatch(
      /^a person is wanted: not ack.*; `gas resume B` lets that of B go in its place$/,
    );
    await observe(rig, 'D');
    await sweepAfter(rig, 1, 1);
    expect(await wanted(rig)).toEqual(['wake C, `gas resume B`, `gas resume D`,']);
    expect((await stepsOf(rig, 0))?.filter((one) => one.startsWith('a person is wanted'))).toHaveLength(2);
    for (const agent of ['B', 'D']) await skip(rig, agent);
    await sweepAfter(rig, 1);
    expect(await wanted(rig)).toEqual(['wake C,']);
  });

  it.for([
    ['deliver', 'B resumed: 1 passed over and now sent', 'B→C 75 queued'],
    ['skip', 'B resumed: 1 held and now skipped', 'B→C 75 suppressed'],
  ] as const)(
    'by a resume with %s does with that of the second what it tells',
    async ([held, text, last], { rig }) => {
      await pause(rig, 'B');
      await observe(rig, 'A', 'B');
      await sweepAfter(rig, ...untilGivenUp);
      expect(await resume(rig, 'B', held)).toEqual({ kind: 'done', text });
      expect((await record(rig)).slice(2)).toEqual([last]);
      expect(await alerts(rig)).toHaveLength(held === 'skip' ? 1 : 0);
    },
  );
});
