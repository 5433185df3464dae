// What a process does that stands by: it takes no jobs that it could not do, and nothing it still writes is taken.
import { Faults } from '../../../src/core/faults.ts';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { LeaderLease } from '../../../src/core/leader-lease.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { type BoundHandler, createReportMemory, WorkerHost } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ended, type Place, producer, sweep, sweeper } from './rig.ts';

/** A host that takes jobs of `pipeline` only while it may. */
async function host({ redis, redisUrl, prefix }: Place, handler: BoundHandler, may: { take: boolean }) {
  const link = new Link({ name: 'workers', hard: true, clock: systemClock });
  const mayFetch = (queue: string) => queue !== 'pipeline' || may.take;
  const started = new WorkerHost(
    {
      redis,
      clock: systemClock,
      logger: silentLogger,
      link,
      faults: new Faults(),
      handlers: [handler],
      mayFetch,
    },
    { redisUrl, prefix, queues: { pipeline: 2 } },
  );
  onTestFinished(() => started.stop());
  await started.start();
  return link;
}

describe('a worker host that stands by for a queue', () => {
  it('leaves its jobs to another, and is well', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const [waiting, working] = [sweeper(), sweeper()];
    const link = await host(place, waiting.handler, { take: false });
    await host(place, working.handler, { take: true });
    for (const id of ['j-1', 'j-2', 'j-3', 'j-4']) await producer(place).add(sweep(id));
    for (const id of ['j-1', 'j-2', 'j-3', 'j-4']) await ended(place, id);
    expect([waiting.runs.length, working.runs.length]).toEqual([0, 4]);
    await eventually(() => link.status().state === 'up');
  });

  it('takes them as soon as it may, those that came before too', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    const may = { take: false };
    const link = await host(place, handler, may);
    await producer(place).add(sweep('j-1'));
    await eventually(() => link.status().state === 'up');
    expect(runs).toEqual([]);
    may.take = true;
    await ended(place, 'j-1');
    expect(runs.length).toBe(1);
  });
});

describe('the memory of what a bot has shown', () => {
  const leaseOf = (redis: Redis, prefix: string, instance: string) =>
    new LeaderLease(redis, {
      key: `${prefix}:leader`,
      ttlMs: 100,
      holder: { instance, host: 'hall', pid: 7 },
    });
  const memoryOf = (redis: Redis, prefix: string, lease: LeaderLease) =>
    createReportMemory(redis, { prefix, surface: 'discord', fence: () => lease.fence() });

  it('is not changed by a bot that another has followed, and is read by both', async ({ redis, prefix }) => {
    const [old, next] = [leaseOf(redis, prefix, 'old'), leaseOf(redis, prefix, 'next')];
    await old.claim();
    await memoryOf(redis, prefix, old).remember('about', 'place', { message: 'm-1', seq: 1 });
    await eventually(async () => (await next.claim()).held);
    await memoryOf(redis, prefix, next).remember('about', 'place', { message: 'm-1', seq: 5 });
    await expect(
      memoryOf(redis, prefix, old).remember('about', 'place', { message: 'm-2', seq: 2 }),
    ).rejects.toMatchObject({ code: 'FENCED', retryable: true });
    expect(await memoryOf(redis, prefix, old).recall('about', 'place')).toEqual({ message: 'm-1', seq: 5 });
  });
});
