// A pause before a join, on a real Redis and real files: it holds the gas of the round, whoever comes last.
import { describe, expect } from 'vitest';
import { ann, gasOf, order, record, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

describe('a pause before a join of all', () => {
  it.override({
    options: {
      chain: {
        chain: [],
        end: 'stop',
        schedules: [],
        agents: { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } },
      },
    },
  });
  const word = (agent: string) => ({ ...ann, agent });
  const resume = ({ twin }: Rig, agent: string, held: 'deliver' | 'skip' = 'deliver') =>
    twin.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...word(agent), held });

  it.for([
    ['first', 'A', 'B', 'B reached 80 %, the last of A, B; A had reached it while paused by ann'],
    ['last', 'B', 'A', 'A reached 80 %, the last of A, B while paused by ann'],
  ] as const)(
    'holds its gas where the paused one comes %s, until that is resumed',
    async ([, one, other, why], { rig }) => {
      await rig.pipeline.control['gas.pause'](order(), word('A'));
      await rig.pipeline.observe(one, status(80), Date.now());
      await rig.twin.observe(other, status(80), Date.now());
      await rig.pipeline.work.sweep();
      expect(await record(rig)).toEqual([`${other}→C 75 held`]);
      expect((await rig.pipeline.directory.deliveries(1)).deliveries[0]?.steps[0]?.detail).toBe(why);
      expect(await resume(rig, 'B')).toEqual({ kind: 'done', text: 'B resumed: nothing was held' });
      expect(await resume(rig, 'A')).toEqual({ kind: 'done', text: 'A resumed: 1 held and now sent' });
      expect(await record(rig)).toEqual([`${other}→C 75 queued`]);
      expect((await rig.pipeline.directory.deliveries(1)).deliveries[0]).not.toHaveProperty('heldBy');
    },
  );

  it('of two agents ends with the last of them', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.control['gas.pause'](order(), word(agent));
    for (const agent of ['A', 'B']) await rig.twin.observe(agent, status(80), Date.now());
    const [held] = (await rig.pipeline.directory.deliveries(1)).deliveries;
    expect(held).toMatchObject({ state: 'held', heldBy: ['B', 'A'] });
    expect(await resume(rig, 'B')).toEqual({
      kind: 'done',
      text: 'B resumed: 1 in a join stays held until A is resumed too',
    });
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toEqual([]);
    expect(await resume(rig, 'A')).toEqual({ kind: 'done', text: 'A resumed: 1 held and now sent' });
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('of two agents goes on by the other alone where one is resumed and paused anew', async ({ rig }) => {
    const later = (ms: number) => ({ ...order(), at: Date.now() + ms });
    for (const agent of ['A', 'B']) await rig.pipeline.control['gas.pause'](order(), word(agent));
    for (const agent of ['A', 'B']) await rig.twin.observe(agent, status(80), Date.now());
    await resume(rig, 'B');
    await rig.pipeline.work.sweep();
    const [held] = (await rig.pipeline.directory.deliveries(1)).deliveries;
    expect(held).toMatchObject({ state: 'held', heldBy: ['A'] });
    expect(held?.steps.map(({ state, detail }) => `${state}: ${detail}`)).toEqual([
      expect.stringMatching(/^held: B reached 80 %, .* while paused by ann; A had reached it while paused/),
      'held: B was resumed, A not yet',
    ]);
    await rig.pipeline.control['gas.pause'](later(2), word('B'));
    await rig.pipeline.work.sweep();
    const said = await rig.twin.control['gas.resume'](later(3), { ...word('A'), held: 'deliver' });
    expect(said).toEqual({ kind: 'done', text: 'A resumed: 1 held and now sent' });
    expect(await record(rig)).toEqual(['B→C 75 queued']);
  });

  it('that would end with skip keeps what the other handed over, and says how all is taken out', async ({
    rig,
  }) => {
    await rig.pipeline.control['gas.pause'](order(), word('A'));
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    const reason =
      'the 75 % gas for C is that of B too, and `gas skip B 75` takes all of it out; nothing was changed. Without `skip` it is let go';
    expect(await resume(rig, 'A', 'skip')).toEqual({ kind: 'refused', reason });
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['B→C 75 held']);
    const skip = { ...word('B'), checkpoint: 75, reason: '' } as const;
    expect(await rig.pipeline.control['gas.skip'](order(), skip)).toEqual({
      kind: 'done',
      text: 'the 75 % gas of B does not go to C: skipped by ann; nor does what A handed over with it',
    });
    expect(await resume(rig, 'A', 'skip')).toEqual({ kind: 'done', text: 'A resumed: nothing was held' });
  });

  it('of all that ends with skip sends the gas of the round to nobody', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), word('A'));
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    const all = { ...ann, agent: null, held: 'skip' } as const;
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, all);
    expect(await record(rig)).toEqual(['B→C 75 suppressed']);
  });

  it('holds nothing by a pause after the word that let it go', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), word('A'));
    await rig.pipeline.observe('A', status(80), Date.now());
    await resume(rig, 'A');
    await rig.pipeline.control['gas.pause']({ ...order(), at: Date.now() + 2 }, word('A'));
    await rig.twin.observe('B', status(80), Date.now());
    expect(await record(rig)).toEqual(['B→C 75 queued']);
  });

  it('holds nothing that came before it, or after which its agent was resumed', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.control['gas.pause'](order(), word('A'));
    await rig.pipeline.observe('B', status(80), Date.now());
    await rig.pipeline.observe('A', status(92), Date.now());
    await resume(rig, 'A');
    await rig.pipeline.observe('B', status(92), Date.now());
    expect(await record(rig)).toEqual(['B→C 75 queued', 'B→C 90 queued']);
  });
});

describe('a pause before a join of three', () => {
  it.override({
    options: {
      chain: {
        chain: [],
        end: 'stop',
        schedules: [],
        agents: { A: { next: ['D'] }, B: { next: ['D'] }, C: { next: ['D'] }, D: { join: 'all' } },
      },
    },
  });

  it('holds it too where a person takes out the part that was waited for', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await rig.pipeline.observe('C', status(10), Date.now());
    await rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'C', checkpoint: 75, reason: '' });
    expect((await record(rig)).toSorted()).toEqual(['B→D 75 held', 'C→D 75 suppressed']);
    const word = { ...ann, agent: 'A', held: 'deliver' } as const;
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, word);
    expect((await record(rig)).toSorted()).toEqual(['B→D 75 queued', 'C→D 75 suppressed']);
  });

  const takeOutC = async ({ pipeline }: Rig) => {
    await pipeline.observe('C', status(10), Date.now());
    await pipeline.control['gas.skip'](order(), { ...ann, agent: 'C', checkpoint: 75, reason: '' });
    const { deliveries } = await pipeline.directory.deliveries(9);
    return deliveries.find(({ gas }) => gas.from === 'B')?.steps[0]?.detail;
  };

  it('holds it there by the pause in which its sender came, and by no pause after that', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    for (const agent of ['A', 'B']) await rig.pipeline.control['gas.pause'](order(), { ...ann, agent });
    await rig.pipeline.observe('B', status(80), Date.now());
    expect(await takeOutC(rig)).toBe(
      'B had reached 75 % while paused by ann, and nobody else is waited for any more',
    );
    const { deliveries } = await rig.pipeline.directory.deliveries(9);
    expect(deliveries.find(({ gas }) => gas.from === 'B')).toMatchObject({ state: 'held' });
    expect(deliveries.find(({ gas }) => gas.from === 'B')).not.toHaveProperty('heldBy');
  });

  it('does not hold it there by a pause after its sender came', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'B' });
    expect(await takeOutC(rig)).toBe('B had reached 75 %, and nobody else is waited for any more');
    expect((await record(rig)).toSorted()).toEqual(['B→D 75 queued', 'C→D 75 suppressed']);
  });

  it('holds of each alone what it reached while paused, where the chain joins no more', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    for (const agent of ['A', 'B']) await rig.pipeline.control['gas.pause'](order(), { ...ann, agent });
    await rig.pipeline.observe('B', status(80), Date.now());
    const next = Object.fromEntries(['A', 'B', 'C'].map((agent) => [agent, { next: ['D'] }]));
    rig.pipeline.rechain({ chain: [], end: 'stop', schedules: [], agents: next });
    await rig.pipeline.work.sweep();
    expect((await record(rig)).toSorted()).toEqual(['A→D 75 queued', 'B→D 75 held']);
  });

  const skip = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  const resume = { ...ann, agent: 'A', held: 'deliver' } as const;
  const comeTwice = async ({ pipeline, twin }: Rig) => {
    await pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    for (const [at, mission] of ['m7', 'm8'].entries()) {
      await twin.observe('A', status(76 + at, mission), Date.now() + at);
    }
  };

  it('holds it for the mission before too, where the newer one is taken out', async ({ rig }) => {
    await comeTwice(rig);
    expect(await rig.pipeline.control['gas.skip'](order(), skip)).toMatchObject({ kind: 'done' });
    for (const agent of ['B', 'C']) await rig.pipeline.observe(agent, status(76), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→D 75 suppressed', 'C→D 75 held']);
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 5 }, resume);
    expect((await record(rig)).toSorted()).toEqual(['A→D 75 suppressed', 'C→D 75 queued']);
  });

  it('does not hold it for the mission before by a pause that was ended', async ({ rig }) => {
    await comeTwice(rig);
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 5 }, resume);
    await rig.pipeline.control['gas.pause']({ ...order(), at: Date.now() + 6 }, { ...ann, agent: 'A' });
    await rig.pipeline.control['gas.skip'](order(), skip);
    for (const agent of ['B', 'C']) await rig.pipeline.observe(agent, status(76), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→D 75 suppressed', 'C→D 75 queued']);
  });

  it('does not hold it for a part that is taken out', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 75, reason: '' });
    await rig.pipeline.observe('C', status(80), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→D 75 suppressed', 'C→D 75 queued']);
  });
});

describe('a pause before a join that is reached by hand', () => {
  it.override({
    options: {
      chain: {
        chain: [],
        end: 'stop',
        schedules: [],
        agents: { A: { next: ['B', 'C'] }, B: { next: ['C'] }, C: { join: 'all' } },
      },
    },
  });

  it('lets go what a person sends, and holds what comes of it for the join', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'B' });
    await rig.pipeline.observe('B', status(80), Date.now());
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'B', text: null });
    expect((await record(rig)).toSorted()).toEqual(['A→B 75 queued', 'A→C 75 held']);
    const { deliveries } = await rig.pipeline.directory.deliveries(2);
    expect(deliveries.find(({ state }) => state === 'held')).toMatchObject({ heldBy: ['B'] });
  });
});
