// A drain that is given up while somebody else's word, or nobody's, holds the queue.
import { describe, expect } from 'vitest';
import { eventually, it } from '../../support/fixtures.ts';
import { type Draining, openBusy } from './hold-scene.ts';
import { sweep } from './rig.ts';

/** One that is given up before it has seen what stands behind it. */
const blind: Draining = (desk) => ({
  drain: async (queue, by, signal) => {
    const drained = await desk.drain(queue, by, AbortSignal.abort());
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    return { ...drained, takenOver: null };
  },
});

const ways = [
  {
    how: 'is called off',
    drainMs: 45_000,
    isCancelled: true,
    says: 'the drain is given up, and the queue stays paused',
  },
  {
    how: 'runs out of time',
    drainMs: 1_500,
    isCancelled: false,
    says: 'not drained: 1 still run after 1.5 s, and it stays paused',
  },
] as const;

describe('a drain that is given up', () => {
  for (const { how, drainMs, isCancelled, says } of ways) {
    it(`lets no worker take from a queue whose pause waits behind it where it ${how}`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const scene = await openBusy({ redis, redisUrl, prefix }, { drainMs, onDrain: blind });
      await scene.drain();
      await scene.jobs.add(sweep('j-2'));
      await scene.hold('pause');
      if (isCancelled) expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
      await eventually(() => scene.told.length === 2);
      expect(scene.told[0]).toContain(says);
      expect(scene.told[1]).toContain('no worker takes from it now');
      expect(await scene.view()).toMatchObject({ active: 1, waiting: 1, hold: { state: 'paused' } });
      scene.end.open();
    });
  }

  for (const { how, drainMs, isCancelled, says } of ways) {
    it(`is not told as one that opened a queue whose record cannot be read where it ${how}`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const scene = await openBusy({ redis, redisUrl, prefix }, { drainMs });
      await scene.drain();
      await redis.hset(`${prefix}:queue-holds`, 'pipeline', '{torn');
      if (isCancelled) expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
      await eventually(() => scene.told.length === 1);
      expect(scene.told[0]).toContain(says);
      expect((await scene.view())?.hold).toEqual({ state: 'paused', since: 0, by: 'unknown' });
      scene.end.open();
    });
  }
});
