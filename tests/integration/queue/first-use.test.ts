// A queue that is first used while Redis is away.
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { createProducer } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';
import { sweep } from './rig.ts';

it('takes jobs once Redis is back, and leaves nothing of its vain tries', async () => {
  const server = await ownServer('redis-server');
  const redis = createCommandRedis({ url: server.url, name: 'test' });
  onTestFinished(() => closeRedis(redis));
  const jobs = createProducer({ redis, clock: systemClock }, { prefix: '{test}' });
  onTestFinished(() => jobs.close());
  await redis.ping();
  const listeners = () => redis.listenerCount('error') + redis.listenerCount('close');
  const before = listeners();
  await server.crash();
  for (const id of ['one', 'two', 'three']) {
    await expect(jobs.add(sweep(id))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  }
  expect(listeners()).toBe(before);
  await server.back();
  await eventually(() => redis.ping());
  await jobs.add(sweep('four'));
  expect(await redis.exists('{test}:bull:pipeline:four')).toBe(1);
});
