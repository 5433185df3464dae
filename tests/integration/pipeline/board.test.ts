// The life of a board, on a real Redis: begun by an order, edited by whichever process looks, ended once.
import { describe, expect } from 'vitest';
import { createBoardStore } from '../../../src/pipeline/board/store.ts';
import { ann, order, reportsTo, standIn, status } from './orders.ts';
import { eventually, it, type Rig } from './rig.ts';

const show = { ...ann, show: true };
const stop = { ...ann, show: false };

/** Of the board, as `seq percents final`. */
const shown = (rig: Rig, surface = 'discord') =>
  reportsTo(rig, surface).map(({ board, final }) => ({
    percents: board?.agents.map(({ percent }) => percent),
    final,
  }));

const work = (rig: Rig, agent: string, percent: number) =>
  rig.pipeline.observe(agent, status(percent), Date.now());

describe('a board', () => {
  it('is shown at once, in the message of the order, with who hands over to whom', async ({ rig }) => {
    await work(rig, 'A', 40);
    await rig.pipeline.control['gas.board'](order('c-1'), show);
    const [first, ...others] = reportsTo(rig, 'discord');
    expect(others).toEqual([]);
    expect(first).toMatchObject({ about: 'c-1', kind: 'board', seq: 0, final: false, to: ann.replyTo });
    expect(first?.board?.agents).toMatchObject([
      { agent: 'A', percent: 40, nextCheckpoint: 75, handsTo: ['B'], course: [[0, 40]] },
      { agent: 'B', state: 'unknown', percent: null, handsTo: ['C'] },
      { agent: 'C', handsTo: [] },
    ]);
  });

  it('is the same when its order runs again, in whichever process', async ({ rig }) => {
    const once = order();
    await rig.pipeline.control['gas.board'](once, show);
    await rig.twin.control['gas.board'](once, show);
    expect(shown(rig)).toHaveLength(1);
  });

  it('is edited by a process that never heard of the order, in the same message, only when something changed', async ({
    rig,
  }) => {
    await work(rig, 'A', 40);
    await rig.pipeline.control['gas.board'](order('c-1'), show);
    await rig.twin.boards.start();
    await work(rig, 'A', 50);
    await eventually(() => shown(rig).length === 2);
    await rig.twin.boards.stop();
    expect(shown(rig).map(({ percents }) => percents?.[0])).toEqual([40, 50]);
    expect(reportsTo(rig, 'discord').map(({ about }) => about)).toEqual(['c-1', 'c-1']);
  });

  it('counts gas that its receiver has not acknowledged', async ({ rig }) => {
    await work(rig, 'A', 10);
    await work(rig, 'A', 80);
    await rig.pipeline.control['gas.board'](order(), show);
    expect(reportsTo(rig, 'discord')[0]?.board?.agents.map(({ open }) => open)).toEqual([0, 1, 0]);
  });

  it('is one per place: a newer one ends it', async ({ rig }) => {
    await rig.pipeline.control['gas.board'](order('c-1'), show);
    await rig.pipeline.control['gas.board'](order('c-2'), show);
    const told = reportsTo(rig, 'discord').map(({ about, final }) => `${about} ${final}`);
    expect(told).toEqual(['c-1 false', 'c-1 true', 'c-2 false']);
  });

  it('ends when it is stopped, once, and nothing is edited after', async ({ rig, redis, prefix }) => {
    await rig.pipeline.control['gas.board'](order('c-1'), show);
    const stopped = order('c-2');
    await rig.twin.control['gas.board'](stopped, stop);
    const again = await rig.pipeline.control['gas.board'](stopped, stop);
    expect(again).toEqual({ kind: 'done', text: 'no board is kept up to date here any more' });
    expect(shown(rig).map(({ final }) => final)).toEqual([false, true]);
    expect(await createBoardStore(redis, { prefix }).boards()).toEqual([]);
  });

  it('is one answer where nothing that was said can be edited', async ({ rig, redis, prefix }) => {
    const replyTo = { surface: 'twitch', place: 'hall' } as const;
    await rig.pipeline.control['gas.board'](order(), { ...show, replyTo });
    expect(reportsTo(rig, 'twitch')).toMatchObject([
      { final: true, text: 'A unknown, B unknown, C unknown' },
    ]);
    expect(await createBoardStore(redis, { prefix }).boards()).toEqual([]);
  });

  it('is shown again when its report was lost on the way into the queue', async ({ rig }) => {
    rig.jobs.failNext = 1;
    const once = order();
    await expect(rig.pipeline.control['gas.board'](once, show)).rejects.toThrow('lost');
    await rig.twin.control['gas.board'](once, show);
    expect(shown(rig)).toHaveLength(1);
  });
});

describe('a board of a chain in which another stands in', () => {
  const chain = ['A', 'B', 'D'];
  it.override({
    options: {
      chain: { chain, end: 'stop', schedules: [], agents: { B: { fallback: ['C'] } } },
      agents: ['A', 'B', 'C', 'D'].map((id) => ({ id, inbox: { kind: 'pull' } })),
    },
  });
  const shownNow = async (rig: Rig) => {
    await rig.pipeline.control['gas.board'](order(), show);
    const agents = reportsTo(rig, 'discord').at(-1)?.board?.agents ?? [];
    return agents.map(({ agent, handsTo, inPlaceOf }) => ({ agent, handsTo, inPlaceOf }));
  };
  const ofB = { agent: 'C', handsTo: ['D'], inPlaceOf: ['B'] };

  it('has it behind the one in whose place it works, handing over to whoever is behind that', async ({
    rig,
  }) => {
    expect((await shownNow(rig)).at(-1)).toEqual({ agent: 'C', handsTo: [], inPlaceOf: undefined });
    await standIn(rig);
    const [a, b, c, d] = await shownNow(rig);
    expect([a, b, d].map((one) => one?.inPlaceOf)).toEqual([undefined, undefined, undefined]);
    expect(c).toEqual(ofB);
  });

  it('has it so when it is through, until that one is at work again', async ({ rig }) => {
    await standIn(rig);
    await rig.pipeline.observe('C', status(100, 'of B'), Date.now());
    expect((await shownNow(rig))[2]).toEqual(ofB);
    await rig.pipeline.observe('B', status(10, 'next'), Date.now());
    expect((await shownNow(rig)).at(-1)).toMatchObject({ agent: 'C', inPlaceOf: undefined });
  });

  it('has it so beside that one, while both work', async ({ rig }) => {
    await standIn(rig);
    await rig.pipeline.observe('B', status(10, 'own'), Date.now());
    expect((await shownNow(rig))[2]).toEqual(ofB);
  });
});

describe('the course of an agent', () => {
  it('keeps the newest percents and no more, and only those that are new', async ({ rig, redis, prefix }) => {
    const store = createBoardStore(redis, { prefix });
    for (let percent = 0; percent < 30; percent += 1) {
      await work(rig, 'A', percent);
      await rig.pipeline.control['gas.board'](order(), show);
      await rig.pipeline.control['gas.board'](order(), show);
    }
    const [course] = await store.courses(['A']);
    expect(course?.map(([, percent]) => percent)).toEqual(Array.from({ length: 24 }, (_, i) => i + 6));
    expect(reportsTo(rig, 'discord').at(-1)?.board?.agents[0]?.course).toHaveLength(24);
  });
});

describe('the turn to look', () => {
  it('is one process’s at a time', async ({ redis, prefix }) => {
    const store = createBoardStore(redis, { prefix });
    expect([await store.turn(10_000), await store.turn(10_000)]).toEqual([true, false]);
  });
});
