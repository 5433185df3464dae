// What Redis keeps of work that is done stays the same, however much is done.
import { Queue } from 'bullmq';
import { expect, onTestFinished } from 'vitest';
import { createInboxTable } from '../../../src/queue/inbox-table.ts';
import { createCommandRedis, closeRedis, type Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { print } from '../../support/measured.ts';
import { ownServer } from '../../support/own-server.ts';
import { producer, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

const perRound = Number(process.env['SWARMLINE_RETENTION_JOBS'] ?? 5_500);

async function held(redis: Redis) {
  const used = /used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1];
  const inbox = await redis.zcard('{test}:inbox');
  return { keys: await redis.dbsize(), inbox, bytes: Number(used) };
}

it('of done jobs is flat: the second round adds neither keys nor memory to the first', async () => {
  const server = await ownServer('redis-server');
  await server.command('CONFIG', 'SET', 'appendfsync', 'no');
  const redis = createCommandRedis({ url: server.url, name: 'test' });
  onTestFinished(() => closeRedis(redis));
  const place = { redis, redisUrl: server.url, prefix: '{test}' };
  const { handler, runs } = sweeper();
  await startHost(place, [handler]);
  const jobs = producer(place);
  const queue = new Queue('pipeline', {
    connection: redis,
    prefix: '{test}:bull',
    skipWaitingForReady: true,
  });
  onTestFinished(() => queue.close());
  const round = async (nr: number) => {
    for (let done = 0; done < perRound; done += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, i) => jobs.add(sweep(`j-${nr}-${done + i}`))));
    }
    const ended = async () => (await queue.getJobCountByTypes('wait', 'active', 'delayed')) === 0;
    await eventually(ended, { timeoutMs: 120_000 });
    return held(redis);
  };
  const first = await round(1);
  const second = await round(2);
  print(`held after ${perRound} jobs ${JSON.stringify(first)}, after twice that ${JSON.stringify(second)}`);
  expect(runs).toHaveLength(2 * perRound);
  expect(second.keys - first.keys).toBeLessThan(200);
  // What is left to grow is the note of what was done, which has a bound of its own.
  expect((second.bytes - first.bytes) / perRound).toBeLessThan(300);
}, 280_000);

it('the note of what was done keeps the newest, and no more than its bound', async ({ redis, prefix }) => {
  const inbox = createInboxTable(redis, { prefix, instance: 'one', keep: 100 });
  for (let i = 0; i < 300; i += 1) await inbox.markDone(`j-${String(i).padStart(3, '0')}`);
  expect(await redis.zcard(`${prefix}:inbox`)).toBe(100);
  expect([await inbox.isDone('j-299'), await inbox.isDone('j-000')]).toEqual([true, false]);
});
