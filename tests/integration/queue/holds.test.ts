// Queues that are held for all processes, and the jobs by which people do it.
import { describe, expect, onTestFinished } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { JobBody } from '../../../src/contracts/jobs.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import {
  type BoundHandler,
  bindHandler,
  createCanceller,
  createQueueDesk,
  makeHoldQueue,
  makeSettleLetters,
  type QueueDesk,
} from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { notingSink } from '../../support/kept.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createHost, ended, type Place, producer, sweep, sweeper } from './rig.ts';

type Run = NonNullable<Parameters<typeof sweeper>[0]>;

type Redriving = (desk: QueueDesk) => Partial<Pick<QueueDesk, 'redrive'>>;

async function openScene(
  place: Place,
  run?: Run,
  { drainMs = 45_000, onRedrive = () => ({}) }: { drainMs?: number; onRedrive?: Redriving } = {},
) {
  const { redis, prefix } = place;
  const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
  onTestFinished(() => desk.close());
  const queues = { ...desk, ...onRedrive(desk) };
  const jobs = producer(place);
  const told: string[] = [];
  const granted = new Set([
    'queue.hold:pipeline',
    'queue.hold:control',
    'queue.redrive',
    'queue.redrive-all',
  ]);
  const noted = notingSink(({ body }) => {
    if ('text' in body) told.push(`${'subject' in body ? body.subject : ''}: ${body.text}`);
  });
  const authority = { allows: async (_who: string, permission: string) => granted.has(permission) };
  const ledger = { state: async () => null };
  const work = sweeper(run);
  const signals: AbortSignal[] = [];
  const settling = bindHandler(
    makeSettleLetters({ queues, ledger, jobs: noted, authority, clock: systemClock }),
  );
  const handlers: BoundHandler[] = [
    work.handler,
    bindHandler(makeHoldQueue({ control: desk, jobs: noted, authority, clock: systemClock }, { drainMs })),
    {
      ...settling,
      take: (body, facts) => (context) => {
        signals.push(context.signal);
        return settling.take(body, facts)(context);
      },
    },
  ];
  const { cancel } = createCanceller({ redis, jobs: noted, clock: systemClock }, { prefix });
  const start = async () => {
    const host = createHost(place, handlers, { jobs: noted });
    onTestFinished(() => host.stop());
    await host.start();
    return host;
  };
  let used = 0;
  const to = { replyTo: { surface: 'console', place: 'main' } } as const;
  const facts = () => {
    used += 1;
    return { id: `o-${used}`, correlationId: `c-${used}`, causationId: null, principal: 'console:local' };
  };
  const hold = (order: JobBody<'queue.hold'>['order'], queue = 'pipeline') =>
    jobs.add({ name: 'queue.hold', ...facts(), body: { order, queue, ...to } });
  const letters = (body: Omit<JobBody<'queue.letters'>, 'replyTo'>) =>
    jobs.add({ name: 'queue.letters', ...facts(), body: { ...body, ...to } });
  const view = async (name = 'pipeline') => (await desk.queues()).find(({ queue }) => queue === name);
  return { desk, jobs, cancel, signals, told, work, start, hold, letters, view, granted };
}

describe('a queue that is paused', () => {
  it('G8 is not worked on by any process, also a new one, and says by whom and since when', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openScene(place);
    const first = await scene.start();
    const before = Date.now();
    await scene.hold('pause');
    await eventually(() => scene.told.length === 1);
    await scene.jobs.add(sweep('j-1'));
    await first.stop();
    await scene.start();
    // a job of another queue is the proof that the new process works
    await scene.hold('pause');
    await eventually(() => scene.told.length === 2);
    expect(await scene.view()).toMatchObject({ waiting: 1, hold: { state: 'paused', by: 'console:local' } });
    expect((await scene.view())?.hold?.since).toBeGreaterThanOrEqual(before);
    expect([scene.work.runs, scene.told[0]]).toEqual([
      [],
      'pause of queue pipeline: no worker takes from it now; what runs goes on',
    ]);
    await scene.hold('resume');
    expect(await ended(place, 'j-1')).toBe('completed');
    expect((await scene.view())?.hold).toBeNull();
  });

  it('G8 after a drain says when nothing of it runs any more', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const end = createGate();
    const scene = await openScene(place, async () => {
      begun.open();
      await end.passed;
    });
    await scene.start();
    await scene.jobs.add(sweep('j-1'));
    await begun.passed;
    await scene.hold('drain');
    await eventually(async () => (await scene.view())?.hold?.state === 'draining');
    expect(scene.told).toEqual([]);
    end.open();
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain('nothing of it runs any more');
    expect(await scene.view()).toMatchObject({ active: 0, hold: { state: 'paused' } });
  });

  for (const [what, pausedToo, says, hold] of [
    ['lets workers take from it again', false, 'workers take from it again', null],
    ['keeps the hold of who paused it meanwhile', true, 'it stays paused', { state: 'paused' }],
  ] as const) {
    it(`after a drain that did not come to its end ${what}, and says so`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const begun = createGate();
      const end = createGate();
      const place = { redis, redisUrl, prefix };
      const run = async () => {
        begun.open();
        await end.passed;
      };
      const scene = await openScene(place, run, { drainMs: 1_500 });
      await scene.start();
      await scene.jobs.add(sweep('j-1'));
      await begun.passed;
      await scene.hold('drain');
      await eventually(async () => (await scene.view())?.hold?.state === 'draining');
      if (pausedToo) await scene.desk.pause('pipeline', 'console:local');
      await eventually(() => scene.told.length === 1);
      expect(scene.told[0]).toContain('not drained: 1 still run after 1.5 s');
      expect(scene.told[0]).toContain(says);
      const view = await scene.view();
      expect(view?.hold).toEqual(hold === null ? null : expect.objectContaining(hold));
      end.open();
    });
  }

  it('takes work again where its drain is called off, and tells so', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const end = createGate();
    const scene = await openScene(place, async () => {
      begun.open();
      await end.passed;
    });
    await scene.start();
    await scene.jobs.add(sweep('j-1'));
    await begun.passed;
    await scene.hold('drain');
    await eventually(async () => (await scene.view())?.hold?.state === 'draining');
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view())?.hold]).toEqual([
      [
        'queue.hold: queue.hold: cancelled by cli:local; the drain is given up, and workers take from the queue again',
      ],
      null,
    ]);
    end.open();
  });

  it('takes work again where its drain is called off between two tries', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const end = createGate();
    const scene = await openScene(place, () => end.passed);
    const first = await scene.start();
    await scene.jobs.add(sweep('j-1'));
    await eventually(async () => (await scene.view())?.active === 1);
    await scene.hold('drain');
    await eventually(async () => (await scene.view())?.hold?.state === 'draining');
    // its process goes, so that the drain lies in the queue again
    const stopping = first.stop();
    await eventually(async () => (await scene.view('control'))?.active === 0);
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    end.open();
    await stopping;
    await scene.start();
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain('the drain is given up');
    expect((await scene.view())?.hold).toBeNull();
  });

  it('is never one through which it would be resumed', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix });
    await scene.start();
    await scene.hold('pause', 'control');
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view('control'))?.hold]).toEqual([
      ['pause of queue control: this queue is never held'],
      null,
    ]);
  });

  it('is left as it was by somebody who lost the right meanwhile', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix });
    scene.granted.clear();
    await scene.start();
    await scene.hold('pause');
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain('needs the permission queue.hold:pipeline');
    expect((await scene.view())?.hold).toBeNull();
  });
});

describe('dead letters by order', () => {
  it('G3 are redriven one or all, and it is told what came of them', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    let lucky = false;
    const scene = await openScene(place, async () => {
      if (!lucky) throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
    });
    await scene.start();
    for (const id of ['a-1', 'b-1', 'b-2']) await scene.jobs.add(sweep(id));
    for (const id of ['a-1', 'b-1', 'b-2']) await ended(place, id);
    expect(await scene.view()).toMatchObject({ dead: 3 });
    lucky = true;
    await scene.letters({ order: 'redrive', id: 'a-1', queue: null });
    await eventually(() => scene.told.length === 1);
    await scene.letters({ order: 'redrive', id: null, queue: 'pipeline' });
    await eventually(() => scene.told.length === 2);
    await scene.letters({ order: 'redrive', id: null, queue: null });
    await eventually(() => scene.told.length === 3);
    expect(scene.told).toEqual([
      'redrive of a-1: 1 put back into the queue',
      'redrive of all dead letters of pipeline: 2 put back into the queue',
      'redrive of all dead letters: there is none',
    ]);
    await eventually(async () => (await redis.zcard(`${prefix}:bull:pipeline:completed`)) === 3);
  });

  it('that were put back before the order was called off are counted, and so are those that were not', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const goesOn = createGate();
    let lucky = false;
    const scene = await openScene(
      place,
      async () => {
        if (!lucky) throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
      },
      {
        onRedrive: (desk) => ({
          redrive: async (letter) => {
            begun.open();
            await goesOn.passed;
            return desk.redrive(letter);
          },
        }),
      },
    );
    await scene.start();
    for (const id of ['a-1', 'b-1', 'b-2']) await scene.jobs.add(sweep(id));
    for (const id of ['a-1', 'b-1', 'b-2']) await ended(place, id);
    lucky = true;
    await scene.letters({ order: 'redrive', id: null, queue: null });
    await begun.passed;
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    await eventually(() => scene.signals[0]?.aborted === true);
    goesOn.open();
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view())?.dead]).toEqual([
      [
        'queue.letters: queue.letters: cancelled by cli:local; before that 1 put back into the queue; 2 left as they were',
      ],
      2,
    ]);
  });
});
