// A person's word on gas, on a real Redis and real files: held, let go, taken out, given to another agent, once each.
import { describe, expect } from 'vitest';
import { ann, gasOf, layDown, order, record, reportsTo, status, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

describe('a pause', () => {
  const all = { ...ann, agent: null };
  const one = { ...ann, agent: 'A' };

  it('holds what is crossed in any process, says so, and sends it once when resumed', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.twin.observe('A', status(80, 'X'), Date.now());
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toEqual([]);
    expect(await record(rig)).toEqual(['A→B 75 held']);
    expect(reportsTo(rig, 'console').map(({ text }) => text)).toEqual([
      'B does not get the 75 % gas of A yet: A reached 80 % while paused by ann (mission X)',
    ]);
    const once = { ...order(), at: Date.now() + 1 };
    const outcome = await rig.twin.control['gas.resume'](once, { ...one, held: 'deliver' });
    expect(outcome).toEqual({ kind: 'done', text: 'A resumed: 1 held and now sent' });
    await rig.pipeline.control['gas.resume'](once, { ...one, held: 'deliver' });
    await rig.pipeline.work.sweep();
    expect(gasOf(rig)).toHaveLength(1);
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('holds over a new mission, and lets all of it go in order', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), all);
    await rig.pipeline.observe('A', status(100, 'one'), Date.now());
    await rig.pipeline.observe('A', status(80, 'two'), Date.now());
    const outcome = await rig.pipeline.control['gas.resume'](
      { ...order(), at: Date.now() + 1 },
      { ...all, held: 'deliver' },
    );
    expect(outcome).toEqual({ kind: 'done', text: '3 agents resumed: 4 held and now sent' });
    expect(gasOf(rig).map(({ mission, checkpoint }) => `${mission} ${checkpoint}`)).toEqual([
      'one 75',
      'one 90',
      'one 100',
      'two 75',
    ]);
  });

  it('that ends with skip sends nothing of what was held, and everything after it', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...one, held: 'skip' });
    await rig.pipeline.work.sweep();
    await rig.pipeline.observe('A', status(92), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 90 queued']);
    expect(gasOf(rig).map(({ checkpoint }) => checkpoint)).toEqual([90]);
  });

  it('whose end was lost on its way to the queue is ended by the sweep', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    rig.jobs.failNext = 1;
    const ending = rig.pipeline.control['gas.resume'](
      { ...order(), at: Date.now() + 1 },
      { ...one, held: 'deliver' },
    );
    await expect(ending).rejects.toThrow('lost');
    await rig.twin.work.sweep();
    expect(gasOf(rig)).toHaveLength(1);
  });

  it('that was given before a resume changes nothing when its job runs after it', async ({ rig }) => {
    const paused = order();
    await rig.pipeline.control['gas.resume']({ ...order(), at: paused.at + 1 }, { ...one, held: 'deliver' });
    expect(await rig.twin.control['gas.pause'](paused, one)).toEqual({
      kind: 'done',
      text: 'nothing was changed: a later word has been given',
    });
    await rig.pipeline.observe('A', status(80), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('longer than gas may wait for an acknowledgement does not make it expire', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), one);
    await rig.pipeline.observe('A', status(80), Date.now());
    rig.advance(2 * 3_600_000);
    await rig.pipeline.work.sweep();
    await rig.pipeline.control['gas.resume']({ ...order(), at: Date.now() + 1 }, { ...one, held: 'deliver' });
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('is shown of the agent, with who gave it', async ({ rig }) => {
    const paused = order();
    await rig.pipeline.control['gas.pause'](paused, one);
    const [a, b] = await rig.twin.directory.agents();
    expect([a?.paused, b?.paused]).toEqual([{ by: 'ann', at: paused.at }, null]);
  });
});

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

  it('that ends with skip sends the gas of the round to nobody', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), word('A'));
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    const text = 'A resumed: 1 held and now skipped';
    expect(await resume(rig, 'A', 'skip')).toEqual({ kind: 'done', text });
    expect(await record(rig)).toEqual(['B→C 75 suppressed']);
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

describe('skip', () => {
  const body = { ...ann, agent: 'A', checkpoint: 90, reason: 'reviewed by hand' } as const;

  it('is recorded as suppressed with who and why, and the checkpoint does not fire', async ({ rig }) => {
    await rig.pipeline.observe('A', status(40), Date.now());
    const once = order();
    const outcome = await rig.pipeline.control['gas.skip'](once, body);
    expect(await rig.twin.control['gas.skip'](once, body)).toEqual(outcome);
    expect(outcome).toEqual({
      kind: 'done',
      text: 'the 90 % gas of A does not go to B: skipped by ann: reviewed by hand',
    });
    await rig.pipeline.observe('A', status(100), Date.now());
    expect((await record(rig)).toSorted()).toEqual(['A→B 100 queued', 'A→B 75 queued', 'A→B 90 suppressed']);
  });

  it('takes out what is held', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    await rig.pipeline.observe('A', status(92), Date.now());
    await rig.pipeline.control['gas.skip'](order(), body);
    expect(await record(rig)).toEqual(['A→B 75 held', 'A→B 90 suppressed']);
  });

  it('does not claim what is under way', async ({ rig }) => {
    await rig.pipeline.observe('A', status(92), Date.now());
    await layDown(rig);
    expect(await rig.pipeline.control['gas.skip'](order(), body)).toEqual({
      kind: 'refused',
      reason: 'the 90 % gas of A is sent already; `gas reassign` gives it to another agent',
    });
  });

  it.for([
    ['A', 'A has told no mission yet'],
    ['C', 'C hands over to nobody'],
  ] as const)('of %s, which has none, says so', async ([agent, reason], { rig }) => {
    const outcome = await rig.pipeline.control['gas.skip'](order(), { ...body, agent });
    expect(outcome).toEqual({ kind: 'refused', reason });
  });
});

describe('reassign', () => {
  async function sent(rig: Rig): Promise<string> {
    await rig.pipeline.observe('A', status(80), Date.now());
    await layDown(rig);
    return gasOf(rig)[0]?.id ?? '';
  }

  it('takes it from one inbox and lays it into another, under an id that names the old one', async ({
    rig,
  }) => {
    const delivery = await sent(rig);
    const once = order();
    await rig.pipeline.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await rig.twin.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await layDown(rig);
    expect(await rig.inbox('B')).toEqual([]);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    expect(gasOf(rig)[1]).toMatchObject({ to: 'C', replaces: delivery });
    const told = reportsTo(rig, 'console').filter(({ about }) => about === delivery);
    expect(told.at(-1)).toMatchObject({
      final: true,
      text: 'the 75 % gas of A is no longer for B: given to C by ann (mission m)',
    });
  });

  it('whose job was killed in the middle goes on from there', async ({ rig }) => {
    const delivery = await sent(rig);
    const once = order();
    rig.jobs.failNext = 1;
    const killed = rig.pipeline.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    await expect(killed).rejects.toThrow('lost');
    await rig.twin.control['gas.reassign'](once, { ...ann, delivery, to: 'C' });
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
    await rig.pipeline.work.sweep();
    expect(
      reportsTo(rig, 'console')
        .filter(({ about }) => about === delivery)
        .at(-1)?.final,
    ).toBe(true);
  });

  it('of two persons at once gives it to one agent', async ({ rig }) => {
    const delivery = await sent(rig);
    const outcomes = await Promise.all(
      [rig.pipeline, rig.twin].map((process) =>
        process.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' }),
      ),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['delivering', 'refused']);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
  });

  it('does not take what the agent has taken, though nobody has seen it yet', async ({ rig }) => {
    const delivery = await sent(rig);
    await take(rig, 'B');
    const outcome = await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: 'B has accepted it already' });
    expect(await record(rig)).toEqual(['A→B 75 accepted']);
  });

  it('of what was acknowledged over HTTP says so', async ({ rig }) => {
    const delivery = await sent(rig);
    await rig.pipeline.ledger.record(delivery, { state: 'accepted', detail: 'HTTP' });
    const outcome = await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: 'it is accepted already' });
    expect(await rig.inbox('B')).toHaveLength(1);
  });

  it('mends a delivery that has expired', async ({ rig }) => {
    const delivery = await sent(rig);
    rig.advance(3_600_001);
    await rig.pipeline.work.sweep();
    await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 queued']);
  });

  it.for([
    ['nothing', 'C', 'there is no delivery nothing'],
    [null, 'B', 'it is for B already'],
  ] as const)('of %s to %s is refused', async ([id, to, reason], { rig }) => {
    const delivery = await sent(rig);
    const outcome = await rig.pipeline.control['gas.reassign'](order(), {
      ...ann,
      delivery: id ?? delivery,
      to,
    });
    expect(outcome).toEqual({ kind: 'refused', reason });
  });
});
