// A join where the first is enough: who hands over, and who does where a person takes that out.
import { rename, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { alerts, ann, gasOf, layDown, order, record, status, sweepAfter, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Agents = NonNullable<PipelineOptions['chain']['agents']>;
const graph = (agents: Agents) => ({ chain: { chain: [], end: 'stop' as const, schedules: [], agents } });
const skip = ({ twin }: Rig, agent: string) =>
  twin.control['gas.skip'](order(), { ...ann, agent, checkpoint: 75, reason: '' });

describe('a join of any', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any' } }) });

  it('hands over with the first and records the other', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.twin.observe('B', status(80), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 queued', 'B→C 75 suppressed']);
  });

  it.for(['skip', 'resume'] as const)(
    'hands over what came behind the first, once a person takes that out by %s',
    async (way, { rig }) => {
      await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
      await rig.pipeline.observe('A', status(80), Date.now());
      await rig.twin.observe('B', status(80, 'of B'), Date.now());
      const later = { ...order(), at: Date.now() + 1 };
      const said =
        way === 'skip'
          ? await skip(rig, 'A')
          : await rig.pipeline.control['gas.resume'](later, { ...ann, agent: 'A', held: 'skip' });
      const text = expect.stringContaining('; that of B goes in its place');
      expect(said).toMatchObject({ kind: 'done', text });
      expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 suppressed', 'B→C 75 queued']);
      expect(gasOf(rig)).toMatchObject([{ from: 'B', to: 'C', mission: 'of B' }]);
    },
  );

  it('is open to the next where the first is taken out before anybody else comes', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await skip(rig, 'A');
    await rig.twin.observe('B', status(80), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 queued']);
  });

  it.for([
    ['A', 'B'],
    ['B', 'A'],
  ] as const)('sends nothing where %s and then %s is taken out', async (both, { rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    for (const agent of both) expect(await skip(rig, agent)).toMatchObject({ kind: 'done' });
    expect(new Set(await record(rig))).toEqual(new Set(['A→C 75 suppressed', 'B→C 75 suppressed']));
  });
});

describe('a join of any whose first nobody takes', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any' } }) });
  const untilGivenUp = [6, 11, 20, 1];
  const observe = async (rig: Rig, ...agents: string[]) => {
    for (const agent of agents) await rig.pipeline.observe(agent, status(80, `of ${agent}`), Date.now());
    await layDown(rig);
  };
  const passedOn = ['A→C 75 rerouted', 'B→C 75 suppressed', 'B→C 75 sent'];
  const stepsOf = async ({ pipeline }: Rig, nr: number) =>
    (await pipeline.directory.deliveries(9)).deliveries.toReversed()[nr]?.steps.map(({ detail }) => detail);

  it('hands over what came behind it, takes the first back, and wants nobody', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, ...untilGivenUp);
    expect(await record(rig)).toEqual(passedOn);
    expect(await rig.inbox('C')).toHaveLength(1);
    expect(await alerts(rig)).toEqual([]);
    expect((await stepsOf(rig, 0))?.at(-1)).toMatch(/^that of B goes in its place: not acknowledged within /);
    expect(await stepsOf(rig, 2)).toContainEqual(expect.stringMatching(/^that of A was not taken: not ack/));
    await sweepAfter(rig, ...untilGivenUp);
    expect(await record(rig)).toEqual(passedOn);
    expect(await alerts(rig)).toMatchObject([{ receiver: 'C', count: 1 }]);
  });

  it('hands over what comes behind it while a person is wanted, also when it has expired', async ({
    rig,
  }) => {
    await observe(rig, 'A');
    await sweepAfter(rig, 61, 1);
    expect(await alerts(rig)).toHaveLength(1);
    await observe(rig, 'B');
    await rig.twin.work.sweep();
    await layDown(rig);
    expect(await record(rig)).toEqual(passedOn);
    expect(await alerts(rig)).toEqual([]);
  });

  it('hands over one, however many processes find it at once', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, 6, 11);
    rig.advance(20 * 60_000);
    await Promise.all([rig.pipeline, rig.twin, rig.pipeline, rig.twin].map(({ work }) => work.sweep()));
    await layDown(rig);
    expect(await record(rig)).toEqual(passedOn);
  });

  it('takes the next back where the first is taken after all', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, ...untilGivenUp);
    const [first] = gasOf(rig);
    await rig.pipeline.ledger.record(first?.id ?? '', { state: 'accepted', detail: 'late' });
    expect(await record(rig)).toEqual(['A→C 75 accepted', 'B→C 75 suppressed', 'B→C 75 rerouted']);
    expect(await rig.inbox('C')).toEqual([]);
    expect((await stepsOf(rig, 2))?.at(-1)).toBe('C took that of A after all, so that of B does not go');
  });

  it('tells both where the next was taken before the first was', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, ...untilGivenUp);
    await take(rig, 'C');
    await rig.pipeline.work.sweep();
    const [first] = gasOf(rig);
    await rig.pipeline.ledger.record(first?.id ?? '', { state: 'accepted', detail: 'late' });
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→C 75 accepted', 'B→C 75 suppressed', 'B→C 75 accepted']);
  });

  it('does not hand over what the first agent took while nobody looked', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, 6, 11);
    await take(rig, 'C');
    await sweepAfter(rig, 20, 1);
    expect(await record(rig)).toEqual(['A→C 75 accepted', 'B→C 75 suppressed']);
  });

  it('leaves it to a person while the next is paused', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'B' });
    await observe(rig, 'A', 'B');
    await sweepAfter(rig, ...untilGivenUp);
    expect(await record(rig)).toEqual(['A→C 75 sent', 'B→C 75 suppressed']);
    expect(await alerts(rig)).toHaveLength(1);
    const word = { ...ann, agent: 'B', held: 'deliver' } as const;
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, word);
    await sweepAfter(rig, 1);
    expect(await record(rig)).toEqual(passedOn);
  });

  it('leaves it to a person where nobody can tell whether the first lies there', async ({ rig }) => {
    await observe(rig, 'A', 'B');
    await rename(rig.path('C', 'inbox'), rig.path('C', 'away'));
    await writeFile(rig.path('C', 'inbox'), '');
    await sweepAfter(rig, ...untilGivenUp).catch(() => undefined);
    expect(await record(rig)).toEqual(['A→C 75 sent', 'B→C 75 suppressed']);
    expect(await alerts(rig)).toHaveLength(1);
  });

  it('is open to the next once a person gives it up, and hands over what waits behind it', async ({
    rig,
  }) => {
    await observe(rig, 'A');
    await sweepAfter(rig, ...untilGivenUp);
    await skip(rig, 'A');
    await observe(rig, 'B');
    expect(await record(rig)).toEqual(['A→C 75 suppressed', 'B→C 75 sent']);
  });
});

describe('a join of any whose first was given to another', () => {
  const agents = { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any', fallback: ['B'] } } as const;
  it.override({ options: graph({ ...agents, C: { ...agents.C, fallback: ['B'] } }) });
  const givenOn = ['A→C 75 rerouted', 'B→C 75 suppressed', 'A→B 75 sent'];

  it('gives way once nobody that stands in takes it either, and no more where its first agent does late', async ({
    rig,
  }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await layDown(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    expect(await record(rig)).toEqual(givenOn);
    await sweepAfter(rig, 6, 11, 20, 1);
    expect(await record(rig)).toEqual([...givenOn.slice(0, 2), 'A→B 75 rerouted', 'B→C 75 sent']);
    const [first] = gasOf(rig);
    await rig.pipeline.ledger.record(first?.id ?? '', { state: 'accepted', detail: 'late' });
    const [last] = (await rig.pipeline.directory.deliveries(1)).deliveries;
    expect([last?.state, last?.steps.at(-1)?.detail]).toEqual([
      'rerouted',
      'C took that of A after all, so that of B does not go',
    ]);
  });
});

describe('a join of any of three', () => {
  const agents = { A: { next: ['D'] }, B: { next: ['D'] }, C: { next: ['D'] }, D: { join: 'any' } } as const;
  it.override({ options: graph(agents) });
  it('takes out what came behind the first without harm to that, and goes on with the next', async ({
    rig,
  }) => {
    for (const agent of ['A', 'B', 'C']) await rig.pipeline.observe(agent, status(80), Date.now());
    await skip(rig, 'B');
    expect(gasOf(rig).map(({ from }) => from)).toEqual(['A']);
    expect(await skip(rig, 'A')).toMatchObject({
      text: expect.stringMatching(/; that of C goes in its place$/),
    });
    expect(gasOf(rig).map(({ from }) => from)).toEqual(['A', 'C']);
    expect(await skip(rig, 'C')).toMatchObject({ kind: 'done' });
    expect((await record(rig)).filter((one) => !one.endsWith('suppressed'))).toEqual([]);
  });

  it('whose first two are taken out waits for the third', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    for (const agent of ['A', 'B']) await skip(rig, agent);
    await rig.pipeline.observe('C', status(80), Date.now());
    expect((await record(rig)).filter((one) => !one.endsWith('suppressed'))).toEqual(['C→D 75 queued']);
  });

  it('has one gas where one that came behind the first is taken out', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await skip(rig, 'B');
    await rig.pipeline.observe('C', status(80), Date.now());
    expect(gasOf(rig).map(({ from }) => from)).toEqual(['A']);
  });
});
