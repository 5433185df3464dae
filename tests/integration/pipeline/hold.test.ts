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
