// A queue whose running jobs are awaited, and every way in which that may end.
import { describe, expect } from 'vitest';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { type Draining, openScene } from './hold-scene.ts';
import { sweep } from './rig.ts';

describe('a queue that is drained', () => {
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

  for (const [order, held, says, hold] of [
    ['resume', ' until that is carried out', 'workers take from it again', null],
    ['pause', '', 'no worker takes from it now; what runs goes on', { state: 'paused', by: 'console:local' }],
  ] as const) {
    it(`heeds a ${order} at once while it is drained, and of the drain it is told who took it over`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const end = createGate();
      const scene = await openScene({ redis, redisUrl, prefix }, () => end.passed);
      await scene.start();
      await scene.jobs.add(sweep('j-1'));
      await eventually(async () => (await scene.view())?.active === 1);
      await scene.hold('drain');
      await eventually(async () => (await scene.view())?.hold?.state === 'draining');
      await scene.hold(order);
      await eventually(() => scene.told.length === 2);
      expect([scene.told, (await scene.view())?.hold]).toEqual([
        [
          `drain of queue pipeline: not drained: 1 still run; taken over by the ${order} of console:local; it stays paused${held}`,
          `${order} of queue pipeline: ${says}`,
        ],
        hold === null ? null : expect.objectContaining(hold),
      ]);
      end.open();
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
      const end = createGate();
      const scene = await openScene({ redis, redisUrl, prefix }, () => end.passed);
      await scene.start();
      await scene.jobs.add(sweep('j-1'));
      await eventually(async () => (await scene.view())?.active === 1);
      await scene.hold('drain');
      await eventually(async () => (await scene.view())?.hold?.state === 'draining');
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
      end.open();
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
      const begun = createGate();
      const end = createGate();
      const onDrain: Draining = (desk) => ({
        drain: async (queue, by) => {
          await desk.drain(queue, by, AbortSignal.abort());
          throw new SwarmError(coreErrors.redisAuth, 'not let in');
        },
        ...(endDrain && { endDrain }),
      });
      const run = async () => {
        begun.open();
        await end.passed;
      };
      const scene = await openScene({ redis, redisUrl, prefix }, run, { onDrain });
      await scene.start();
      await scene.jobs.add(sweep('j-1'));
      await begun.passed;
      await scene.hold('drain');
      await eventually(() => scene.told.length === 1);
      expect([scene.told, (await scene.view())?.hold]).toEqual([
        [`drain of queue pipeline: not drained: not let in; ${says}`],
        hold,
      ]);
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
});
