// Receivers that do not answer: tried again, stood in for, and in the end a person. On real Redis, with a clock that is moved.
import { rename, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { inboxSchema } from '../../../src/pipeline/inboxes/config.ts';
import { alerts, ann, gasOf, layDown, order, record, status, sweepAfter, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

const standIn = {
  chain: { chain: ['A', 'B'], end: 'stop', schedules: [], agents: { B: { fallback: ['C'] } } },
} as const;

const minute = 60_000;

async function crossed(rig: Rig, progress = 80): Promise<void> {
  await rig.pipeline.observe('A', status(progress), Date.now());
  await layDown(rig);
}

const details = async ({ pipeline }: Rig) =>
  (await pipeline.directory.deliveries(9)).deliveries.map(({ steps }) => steps.map(({ detail }) => detail));

describe('gas that nobody acknowledges', () => {
  it('is laid down three times, then a person is wanted, once', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 4, 2, 11, 10, 1, 1);
    expect(rig.jobs.of('gas.deliver')).toHaveLength(3);
    await sweepAfter(rig, 20, 1, 1);
    expect(await record(rig)).toEqual(['A→B 75 sent']);
    const said = (await details(rig))[0]?.filter((detail) => detail.startsWith('a person is wanted'));
    expect(said).toHaveLength(1);
    expect(await alerts(rig)).toMatchObject([{ receiver: 'B', count: 1 }]);
  });

  it('wants nobody any more once it is acknowledged', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    await take(rig, 'B');
    await rig.pipeline.work.sweep();
    expect(await record(rig)).toEqual(['A→B 75 accepted']);
    expect(await alerts(rig)).toEqual([]);
  });

  it('wants nobody any more once a person has given it to another', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    const [gas] = gasOf(rig);
    await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery: gas?.id ?? '', to: 'C' });
    expect(await alerts(rig)).toEqual([]);
  });

  it('wants a person when it could not be laid down at all', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk full' });
    await rig.pipeline.work.sweep();
    expect(await alerts(rig)).toMatchObject([
      { receiver: 'B', detail: expect.stringContaining('disk full') },
    ]);
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: 'no need' } as const;
    expect(await rig.pipeline.control['gas.skip'](order(), words)).toMatchObject({ kind: 'done' });
    expect(await alerts(rig)).toEqual([]);
  });

  it('is given up by a skip: it is taken back, and nobody is wanted any more', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: 'no need' } as const;
    expect(await rig.pipeline.control['gas.skip'](order(), words)).toMatchObject({ kind: 'done' });
    expect([await record(rig), await rig.inbox('B'), await alerts(rig)]).toEqual([
      ['A→B 75 suppressed'],
      [],
      [],
    ]);
  });

  it('is what a skip means, also of an earlier mission; the present one keeps its checkpoint', async ({
    rig,
  }) => {
    await crossed(rig);
    await sweepAfter(rig, 61, 1);
    await rig.pipeline.observe('A', status(10, 'next'), Date.now());
    const words = { ...ann, agent: 'A', checkpoint: 75, reason: 'no need' } as const;
    const skip = order();
    const said = { kind: 'done', text: expect.stringContaining('(mission m) does not go to B') };
    // A job may run twice.
    expect(await rig.pipeline.control['gas.skip'](skip, words)).toMatchObject(said);
    expect(await rig.pipeline.control['gas.skip'](skip, words)).toMatchObject(said);
    expect(await alerts(rig)).toEqual([]);
    await rig.pipeline.observe('A', status(80, 'next'), Date.now());
    expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 75 queued']);
  });

  it('keeps wanting a person after it expired', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 61, 1);
    expect(await record(rig)).toEqual(['A→B 75 expired']);
    expect(await alerts(rig)).toHaveLength(1);
  });

  it('of a person or the clock wants nobody', async ({ rig }) => {
    await rig.pipeline.control['agent.message'](order(), { ...ann, to: 'B', text: 'hello' });
    await layDown(rig);
    await sweepAfter(rig, 6, 11, 20, 30);
    expect(await alerts(rig)).toEqual([]);
  });
});

describe('an agent that stands in', () => {
  it.override({ options: standIn });

  it('gets what its agent did not acknowledge, and the file is taken back', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    expect([await rig.inbox('B'), (await rig.inbox('C')).length]).toEqual([[], 1]);
    const [given, old] = await details(rig);
    expect(old?.at(-1)).toMatch(/^given to C: not acknowledged within \d+ s, 3 tries$/);
    expect(given?.[0]).toMatch(/^taken from B: not acknowledged/);
  });

  it('gets it once, however many processes find it at once', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11);
    rig.advance(20 * minute);
    await Promise.all([rig.pipeline, rig.twin, rig.pipeline, rig.twin].map(({ work }) => work.sweep()));
    expect(await record(rig)).toEqual([
      'A→B 75 rerouted',
      expect.stringMatching(/^A→C 75 (pending|queued)$/),
    ]);
  });

  it('is not to work on it any more when its agent takes it after all', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    const [old] = gasOf(rig);
    await rig.pipeline.ledger.record(old?.id ?? '', { state: 'accepted', detail: 'late' });
    expect(await record(rig)).toEqual(['A→B 75 accepted', 'A→C 75 rerouted']);
    expect(await rig.inbox('C')).toEqual([]);
  });

  it('keeps it when a person says that its agent has it, who reads which delivery took its place', async ({
    rig,
  }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    const [old, next] = [gasOf(rig)[0]?.id ?? '', gasOf(rig).find(({ to }) => to === 'C')?.id];
    const told = rig.pipeline.ledger.record(old, { state: 'accepted', detail: 'on the word of cli:local' });
    await expect(told).rejects.toMatchObject({
      ...{ code: 'DELIVERY_REROUTED', message: expect.stringContaining(`${next} took its place`) },
    });
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    expect(await rig.inbox('C')).toHaveLength(1);
  });

  it('goes on where it had taken it by then, and both are told', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    await take(rig, 'C');
    const [old] = gasOf(rig);
    await rig.pipeline.ledger.record(old?.id ?? '', { state: 'accepted', detail: 'late' });
    expect(await record(rig)).toEqual(['A→B 75 accepted', 'A→C 75 accepted']);
  });

  it('does not get what its agent took while nobody looked', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11);
    await take(rig, 'B');
    await sweepAfter(rig, 20);
    expect(await record(rig)).toEqual(['A→B 75 accepted']);
  });

  it('leaves it to a person when it does not answer either', async ({ rig }) => {
    await crossed(rig);
    await sweepAfter(rig, 6, 11, 20, 1, 6, 11, 20, 1);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', 'A→C 75 sent']);
    expect(await alerts(rig)).toMatchObject([{ receiver: 'C' }]);
  });

  it('gets it at once where its agent is paused, with the reason', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'B' });
    await crossed(rig);
    expect(await record(rig)).toEqual(['A→C 75 sent']);
    expect((await details(rig))[0]?.[0]).toBe('A reached 80 %; B passed over: paused by ann');
  });

  it('gets it at once where its agent was not heard of for a day', async ({ rig }) => {
    await rig.pipeline.observe('B', status(10), Date.now());
    rig.advance(25 * 60 * minute);
    await crossed(rig);
    expect(await record(rig)).toEqual(['A→C 75 sent']);
    expect((await details(rig))[0]?.[0]).toContain('B passed over: no sign of life for 1500 min');
  });

  it('gets nothing where something speaks against it too', async ({ rig }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: null });
    await rig.pipeline.control['gas.resume'](order(), { ...ann, agent: 'A', held: 'deliver' });
    await crossed(rig);
    expect(await record(rig)).toEqual(['A→B 75 sent']);
  });
});

describe('an inbox that cannot be asked', () => {
  it.override({ options: standIn });

  /** As where its disk has gone: what lies there may come back. */
  async function breakInbox({ path }: Rig): Promise<void> {
    await rename(path('B', 'inbox'), path('B', 'away'));
    await writeFile(path('B', 'inbox'), '');
  }

  it('wants a person for what may lie in it, and nobody stands in', async ({ rig }) => {
    await crossed(rig);
    await breakInbox(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    expect(await record(rig)).toEqual(['A→B 75 sent']);
    expect(await alerts(rig)).toMatchObject([
      { receiver: 'B', detail: expect.stringMatching(/3 tries; .*inbox/) },
    ]);
  });

  it('that has gone with its folder ends with one agent, whoever asks for its gas', async ({ rig }) => {
    await crossed(rig);
    await rename(rig.path('B', 'inbox'), rig.path('B', 'away'));
    const [gas] = gasOf(rig);
    const words = { ...ann, delivery: gas?.id ?? '', to: 'C' };
    const asked = rig.pipeline.control['gas.reassign'](order(), words);
    await expect(asked).rejects.toMatchObject({ code: 'INBOX_UNWRITABLE' });
    await rename(rig.path('B', 'away'), rig.path('B', 'inbox'));
    expect([await rig.inbox('B'), await rig.inbox('C')]).toEqual([[expect.any(String)], []]);
    expect(await record(rig)).toEqual(['A→B 75 sent']);
    await rig.pipeline.control['gas.reassign'](order(), words);
    await layDown(rig);
    expect([await rig.inbox('B'), await rig.inbox('C')]).toEqual([[], [expect.any(String)]]);
  });

  it('keeps nothing that could not be laid down in it from whoever stands in', async ({ rig }) => {
    await breakInbox(rig);
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk away' });
    await sweepAfter(rig, 1);
    expect(await record(rig)).toEqual(['A→B 75 rerouted', expect.stringMatching(/^A→C 75 /)]);
  });
});

describe('a terminal that has gone', () => {
  const pane = { kind: 'tmux', pane: 'gone:0.0', socket: '/nowhere/tmux' } as const;
  const agents = [
    { id: 'A' },
    { id: 'B', inbox: inboxSchema.parse(pane) },
    { id: 'C', inbox: inboxSchema.parse({ kind: 'pull' }) },
  ];
  it.override({ options: { ...standIn, agents } });

  it('keeps no gas from whoever stands in, and from nobody to whom a person gives it', async ({ rig }) => {
    await rig.pipeline.observe('A', status(100), Date.now());
    const [first, second] = gasOf(rig).map(({ id }) => id);
    for (const id of [first ?? '', second ?? '']) {
      await rig.pipeline.ledger.record(id, { state: 'sent', detail: 'tmux gone:0.0, seen there' });
    }
    await rig.pipeline.control['gas.reassign'](order(), { ...ann, delivery: first ?? '', to: 'C' });
    for (const minutes of [6, 11, 20, 1]) {
      rig.advance(minutes * minute);
      await rig.pipeline.work.sweep();
    }
    expect((await record(rig)).slice(0, 2)).toEqual(['A→B 75 rerouted', 'A→B 90 rerouted']);
    expect((await record(rig)).filter((one) => one.startsWith('A→C'))).toHaveLength(2);
  });
});

describe('the work of an agent that stands in', () => {
  const { chain } = standIn;
  it.override({ options: { chain: { ...chain, end: 'loop' } } });

  it('is handed over to those behind the agent in whose place it works, once', async ({ rig }) => {
    await rig.pipeline.observe('C', status(40, 'own'), Date.now());
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'B' });
    await crossed(rig);
    await take(rig, 'C');
    await rig.pipeline.work.sweep();
    await rig.twin.observe('C', status(80, 'own'), Date.now());
    await rig.twin.observe('C', status(80, 'of B'), Date.now());
    await rig.twin.observe('C', status(80, 'own again'), Date.now());
    expect(await record(rig)).toEqual(['A→C 75 accepted', 'C→A 75 queued']);
    expect((await details(rig))[0]?.[0]).toBe('C reached 80 % in the place of B');
  });
});

describe('an agent with too much to do', () => {
  it.override({ options: { ...standIn, patience: { maxOpen: 2 } } });

  it('is passed over', async ({ rig }) => {
    await crossed(rig, 100);
    await rig.pipeline.observe('A', status(80, 'next'), Date.now() + 1);
    expect((await record(rig)).toSorted()).toEqual([
      'A→B 100 sent',
      'A→B 75 sent',
      'A→B 90 sent',
      'A→C 75 queued',
    ]);
    expect((await details(rig)).flat()).toContain('A reached 80 %; B passed over: has 3 open deliveries');
  });
});
