// Chains that are more than a line, on real Redis and with a second process: who gets what, and what is kept of the rest.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, layDown, order, record, reportsTo, status, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Agents = NonNullable<PipelineOptions['chain']['agents']>;
const graph = (agents: Agents) => ({ chain: { chain: [], end: 'stop' as const, schedules: [], agents } });

const views = async ({ pipeline }: Rig) =>
  Object.fromEntries((await pipeline.directory.agents()).map(({ agent, state }) => [agent, state]));

describe('a fan-out', () => {
  it.override({ options: graph({ A: { next: ['B', 'C'] } }) });

  it('hands over to all of them', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→B 75 queued', 'A→C 75 queued']);
  });

  it('reaches all of them when a person sends it ahead to one', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'C', text: 'go' });
    expect((await record(rig)).toSorted()).toEqual(['A→B 75 queued', 'A→C 75 queued']);
  });

  it('is taken out for all of them', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
    await rig.pipeline.control['gas.skip'](order(), words);
    await rig.pipeline.observe('A', status(80), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→B 75 suppressed', 'A→C 75 suppressed']);
  });

  it('that is held is taken out for all of them, also where the job was killed after the first', async ({
    rig,
  }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    await rig.pipeline.observe('A', status(80), Date.now());
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
    const once = order();
    rig.jobs.failNext = 1;
    await expect(rig.pipeline.control['gas.skip'](once, words)).rejects.toThrow('lost');
    expect((await record(rig)).filter((one) => one.endsWith('held'))).toHaveLength(1);
    const text = 'the 75 % gas of A does not go to B, C: skipped by ann';
    expect(await rig.twin.control['gas.skip'](once, words)).toEqual({ kind: 'done', text });
    expect((await record(rig)).toSorted()).toEqual(['A→B 75 suppressed', 'A→C 75 suppressed']);
  });
});

describe('a join of all', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } }) });

  it('waits for the last, whichever process sees it', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    expect(await record(rig)).toEqual([]);
    await rig.twin.observe('B', status(95), Date.now());
    expect(await record(rig)).toEqual(['B→C 75 queued']);
    await rig.pipeline.observe('A', status(92), Date.now());
    expect(await record(rig)).toEqual(['B→C 75 queued', 'A→C 90 queued']);
  });

  it('is told at those who wait and those who are waited with, until it is complete', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    const waitsOf = async () => (await rig.pipeline.directory.agents()).map(({ waits }) => waits);
    const wait = { receiver: 'C', checkpoint: 75, from: ['A'], missing: ['B'] };
    expect(await waitsOf()).toEqual([[wait], [], [wait]]);
    await rig.pipeline.observe('B', status(80), Date.now());
    expect(await waitsOf()).toEqual([[], [], []]);
  });

  it('that two processes complete together is one delivery', async ({ rig }) => {
    await Promise.all([
      rig.pipeline.observe('A', status(75), Date.now()),
      rig.twin.observe('B', status(75), Date.now()),
    ]);
    expect(await record(rig)).toHaveLength(1);
  });
});

describe('gas sent ahead', () => {
  it.override({ options: graph({ A: { next: ['B'] }, B: { fallback: ['C'] } }) });

  it('goes to whoever stands in when it cannot be delivered', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'B', text: null });
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk full' });
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
  });
});

describe('a join of all and a person', () => {
  const agents: Agents = { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } };
  it.override({ options: graph(agents) });
  const skip = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;

  it('that takes one part out does not wait for it', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.control['gas.skip'](order(), skip);
    await rig.twin.observe('B', status(77), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 queued']);
  });

  it('that takes the last part out lets go what waited for it', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.twin.observe('B', status(77), Date.now());
    await rig.pipeline.control['gas.skip'](order(), skip);
    await rig.pipeline.work.sweep();
    expect((await record(rig)).toSorted()).toEqual(['A→C 75 suppressed', 'B→C 75 queued']);
  });

  it('that takes out a part that waits already is told that it did, and the others go on without it', async ({
    rig,
  }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    const once = order();
    const outcome = { kind: 'done', text: 'the 75 % gas of A does not go to C: skipped by ann' };
    expect(await rig.pipeline.control['gas.skip'](once, skip)).toEqual(outcome);
    expect(await rig.twin.control['gas.skip'](once, skip)).toEqual(outcome);
    expect(await record(rig)).toEqual(['A→C 75 suppressed']);
    const { waits } = (await rig.pipeline.directory.agents()).find(({ agent }) => agent === 'A') ?? {};
    expect(waits).toEqual([]);
    await rig.twin.observe('B', status(77), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 queued']);
  });

  it('that takes out every part of a round lets the next mission begin another', async ({ rig }) => {
    for (const agent of ['A', 'B']) {
      await rig.pipeline.observe(agent, status(agent === 'A' ? 80 : 10), Date.now());
      await rig.pipeline.control['gas.skip'](order(), { ...skip, agent });
    }
    await rig.pipeline.observe('A', status(80, 'second'), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 suppressed']);
    await rig.pipeline.observe('B', status(80, 'second'), Date.now());
    expect((await record(rig)).at(-1)).toBe('B→C 75 queued');
  });

  it('that sends it ahead ends the round, and the next mission begins another', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.observe('B', status(20), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'C', text: null });
    await rig.twin.observe('B', status(77), Date.now());
    await rig.twin.observe('A', status(76, 'second'), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 queued', 'B→C 75 suppressed']);
    await rig.twin.observe('B', status(76, 'second'), Date.now());
    expect((await record(rig)).at(-1)).toBe('B→C 75 queued');
  });

  it('that sends it ahead twice sends the next one', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.observe('B', status(20), Date.now());
    for (const one of [order(), order()]) {
      await rig.pipeline.control['gas.send'](one, { ...ann, agent: 'C', text: null });
    }
    expect(await record(rig)).toEqual(['A→C 75 queued', 'A→C 90 queued']);
  });

  it('that reloads a chain without it loses nothing', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    expect(await record(rig)).toEqual([]);
    rig.pipeline.rechain(graph({ ...agents, C: {} }).chain);
    await rig.pipeline.work.sweep();
    await rig.pipeline.work.sweep();
    await rig.pipeline.observe('B', status(80), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 queued', 'B→C 75 queued']);
  });
});

describe('the policy until-acknowledged', () => {
  it.override({
    options: {
      chain: {
        ...{ chain: ['A', 'B'], end: 'stop', schedules: [], policy: 'until-acknowledged' },
        agents: { B: { fallback: ['C'] } },
      },
    },
  });

  it('records the 90 as suppressed when its receiver works already', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await layDown(rig);
    await take(rig, 'B');
    await rig.pipeline.work.sweep();
    await rig.twin.observe('A', status(100), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 accepted', 'A→B 90 suppressed', 'A→B 100 queued']);
  });

  it('sends the 90 while nobody has taken the 75', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.observe('A', status(90), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 queued', 'A→B 90 queued']);
  });

  it('counts whoever stands in as a worker', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk full' });
    await rig.pipeline.work.sweep();
    await layDown(rig);
    await take(rig, 'C');
    await rig.pipeline.work.sweep();
    await rig.pipeline.observe('A', status(90), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 accepted', 'A→B 90 suppressed']);
  });
});

describe('an end that is next-mission', () => {
  it.override({
    options: {
      chain: {
        chain: ['A', 'B'],
        end: 'next-mission',
        missions: ['first plan', 'second plan'],
        schedules: [],
      },
    },
  });

  it('gives one mission to each round, the same at each checkpoint, and stops behind the last', async ({
    rig,
  }) => {
    for (const mission of ['m1', 'm2', 'm3']) {
      await rig.pipeline.observe('B', status(80, mission), Date.now());
      await rig.twin.observe('B', status(100, mission), Date.now());
    }
    const words = gasOf(rig).map(({ to, text }) => `${to} ${/next mission\n\n(\w+)/.exec(text)?.[1]}`);
    expect(words).toEqual([...Array(3).fill('A first'), ...Array(3).fill('A second')]);
  });

  const send = { ...ann, agent: 'A', text: null };

  it('is in the gas that a person sends ahead, and the same behind it', async ({ rig }) => {
    await rig.pipeline.observe('B', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), send);
    await rig.twin.observe('B', status(91), Date.now());
    const words = gasOf(rig).map(({ checkpoint, text }) => [
      checkpoint,
      /next mission\n\n(.+)/.exec(text)?.[1],
    ]);
    expect(words).toEqual([
      [75, 'first plan'],
      [90, 'first plan'],
    ]);
  });

  it('that has none left wants a text of whoever sends ahead, and takes nothing out', async ({ rig }) => {
    for (const mission of ['m1', 'm2']) await rig.pipeline.observe('B', status(80, mission), Date.now());
    await rig.pipeline.observe('B', status(10, 'm3'), Date.now());
    const outcome = await rig.pipeline.control['gas.send'](order(), send);
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('used up') });
    expect((await rig.pipeline.directory.agents())[1]?.nextCheckpoint).toBe(75);
  });

  it('that finds none left says so, and what to do', async ({ rig }) => {
    for (const mission of ['m1', 'm2', 'm3'])
      await rig.pipeline.observe('B', status(80, mission), Date.now());
    const { deliveries } = await rig.pipeline.directory.deliveries(1);
    expect(deliveries[0]).toMatchObject({
      state: 'suppressed',
      steps: [
        { detail: expect.stringMatching(/used up: write another one under `missions`, or `end: stop`/) },
      ],
    });
    expect(reportsTo(rig, 'console').at(-1)?.text).toContain('used up');
    expect((await rig.pipeline.directory.agents())[1]).toMatchObject({ agent: 'B', next: null });
  });
});

describe('another chain', () => {
  it('counts from then on, and not for what has fired', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    rig.pipeline.rechain({ chain: ['A', 'C'], end: 'stop', schedules: [] });
    await rig.pipeline.observe('A', status(90), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 queued', 'A→C 90 queued']);
    expect((await rig.pipeline.directory.agents())[0]?.next).toBe('C');
  });
});

describe('the state of a run', () => {
  it('is starting once its agent took gas, and out of gas when none came for too long', async ({ rig }) => {
    await rig.pipeline.observe('A', status(100), Date.now());
    await rig.pipeline.observe('C', status(100), Date.now());
    await layDown(rig);
    await take(rig, 'B');
    await rig.pipeline.work.sweep();
    expect(await views(rig)).toEqual({ A: 'complete', B: 'starting', C: 'complete' });
    rig.advance(31 * 60_000);
    await rig.pipeline.work.sweep();
    expect(await views(rig)).toEqual({ A: 'out_of_gas', B: 'starting', C: 'out_of_gas' });
  });

  it('is not out of gas while some lies in its inbox', async ({ rig }) => {
    await rig.pipeline.observe('B', status(100), Date.now());
    await rig.pipeline.observe('A', status(80), Date.now());
    await layDown(rig);
    rig.advance(31 * 60_000);
    await rig.pipeline.work.sweep();
    expect(await views(rig)).toMatchObject({ B: 'complete' });
  });

  it('is paused while a person holds it back', async ({ rig }) => {
    await rig.pipeline.observe('A', status(50), Date.now());
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    expect(await views(rig)).toMatchObject({ A: 'paused' });
    await rig.pipeline.control['gas.resume'](order(), { ...ann, agent: 'A', held: 'deliver' });
    expect(await views(rig)).toMatchObject({ A: 'executing' });
  });
});

describe('a word that counts its place', () => {
  const say = ({ pipeline }: Rig, progress: number, seq: number, epoch = 0) =>
    pipeline.progress.report({ agent: 'A', mission: `m${epoch}`, percent: progress, epoch, seq });

  it('is taken once and in order, over two missions', async ({ rig }) => {
    const answers = [
      await say(rig, 80, 2),
      await say(rig, 80, 2),
      await say(rig, 10, 1),
      await say(rig, 5, 1, 1),
      await say(rig, 100, 9, 0),
    ];
    const said = answers.map((answer) => (answer.accepted ? 'taken' : answer.reason));
    expect(said).toEqual(['taken', 'duplicate', 'late', 'taken', 'late']);
    expect((await rig.pipeline.directory.agents())[0]).toMatchObject({ epoch: 2, percent: 5 });
  });
});
