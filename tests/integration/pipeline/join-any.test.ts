// A join where the first is enough: who hands over, and who does where a person takes that out.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, order, record, status } from './orders.ts';
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
