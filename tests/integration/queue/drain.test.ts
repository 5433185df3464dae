// A queue whose running jobs are awaited, and every way in which that may end.
import { describe, expect } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { type Draining, openBusy } from './hold-scene.ts';

describe('a queue that is drained', () => {
  it('G8 after a drain says when nothing of it runs any more', async ({ redis, redisUrl, prefix }) => {
    const scene = await openBusy({ redis, redisUrl, prefix });
    await scene.drain();
    expect(scene.told).toEqual([]);
    scene.end.open();
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
      const scene = await openBusy({ redis, redisUrl, prefix }, { drainMs: 1_500 });
      await scene.drain();
      if (pausedToo) await scene.desk.pause('pipeline', 'console:local');
      await eventually(() => scene.told.length === 1);
      expect(scene.told[0]).toContain('not drained: 1 still run after 1.5 s');
      expect(scene.told[0]).toContain(says);
      const view = await scene.view();
      expect(view?.hold).toEqual(hold === null ? null : expect.objectContaining(hold));
      scene.end.open();
    });
  }

  for (const [order, held, says, hold] of [
    ['resume', ' until that is carried out', 'workers take from it again', null],
    ['pause', '', 'no worker takes from it now; what runs goes on', { state: 'paused', by: 'console:local' }],
  ] as const) {
    it(`heeds a ${order} at once while it is drained, and of the drain it is told who took it over`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const scene = await openBusy({ redis, redisUrl, prefix });
      await scene.drain();
      await scene.hold(order);
      await eventually(() => scene.told.length === 2);
      expect([scene.told, (await scene.view())?.hold]).toEqual([
        [
          `drain of queue pipeline: not drained: 1 still run; taken over by the ${order} of console:local; it stays paused${held}`,
          `${order} of queue pipeline: ${says}`,
        ],
        hold === null ? null : expect.objectContaining(hold),
      ]);
      scene.end.open();
    });
  }

  for (const [order, held] of [
    ['resume', ' until that is carried out'],
    ['pause', ''],
  ] as const) {
    it(`stays held where the ${order} that took its drain over is refused`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const scene = await openBusy({ redis, redisUrl, prefix });
      await scene.drain();
      scene.granted.delete('queue.hold:pipeline');
      await scene.hold(order);
      await eventually(() => scene.told.length === 2);
      expect([scene.told, (await scene.view())?.hold]).toEqual([
        [
          `drain of queue pipeline: not drained: 1 still run; taken over by the ${order} of console:local; it stays paused${held}`,
          `${order} of queue pipeline: nothing was changed: console:local needs the permission queue.hold:pipeline`,
        ],
        expect.objectContaining({ state: 'paused' }),
      ]);
      scene.end.open();
    });
  }

  for (const [what, endDrain, says, hold] of [
    ['takes work again', undefined, 'the drain is given up, and workers take from the queue again', null],
    [
      'is told as one that may still be held, with the way out,',
      () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'no answer')),
      'it may go on being drained: `queue status` shows whether it is held, and `queue resume pipeline` ends it',
      expect.objectContaining({ state: 'draining' }),
    ],
  ] as const) {
    it(`${what} where its drain fails for good`, async ({ redis, redisUrl, prefix }) => {
      const onDrain: Draining = (desk) => ({
        drain: async (queue, by) => {
          await desk.drain(queue, by, AbortSignal.abort());
          throw new SwarmError(coreErrors.redisAuth, 'not let in');
        },
        ...(endDrain && { endDrain }),
      });
      const scene = await openBusy({ redis, redisUrl, prefix }, { onDrain });
      await scene.hold('drain');
      await eventually(() => scene.told.length === 1);
      expect([scene.told, (await scene.view())?.hold]).toEqual([
        [`drain of queue pipeline: not drained: not let in; ${says}`],
        hold,
      ]);
      scene.end.open();
    });
  }

  it('takes work again where its drain is called off, and tells so', async ({ redis, redisUrl, prefix }) => {
    const scene = await openBusy({ redis, redisUrl, prefix });
    await scene.drain();
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view())?.hold]).toEqual([
      [
        'queue.hold: queue.hold: cancelled by cli:local; the drain is given up, and workers take from the queue again',
      ],
      null,
    ]);
    scene.end.open();
  });

  it('takes work again where its drain is called off between two tries', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const scene = await openBusy({ redis, redisUrl, prefix });
    await scene.drain();
    // its process goes, so that the drain lies in the queue again
    const stopping = scene.host.stop();
    await eventually(async () => (await scene.view('control'))?.active === 0);
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    scene.end.open();
    await stopping;
    await scene.start();
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain('the drain is given up');
    expect((await scene.view())?.hold).toBeNull();
  });
});
