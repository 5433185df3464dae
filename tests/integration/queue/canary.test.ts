// That a worker host is up is proven by jobs that it ran, and a worker that fell deaf is made anew.
import { describe, expect, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { Consumer } from '../../../src/queue/consumer.ts';
import { WorkerHost } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { ended, type Place, producer, sweep, sweeper } from './rig.ts';

async function proxied(redisUrl: string) {
  const { proxy, url } = await TcpProxy.before(redisUrl, 6379);
  onTestFinished(() => proxy.close());
  return { proxy, url };
}

/** A host whose workers reach Redis by `redisUrl`, and all else directly. */
async function started(
  { redis, prefix, redisUrl }: Place,
  deps: { readonly clock?: Clock; readonly isLate?: () => boolean } = {},
) {
  const { handler, runs } = sweeper();
  const clock = systemClock;
  const link = new Link({ name: 'workers', hard: true, clock });
  const faults = new Faults();
  const host = new WorkerHost(
    { redis, clock, logger: silentLogger, link, faults, handlers: [handler], ...deps },
    { redisUrl, prefix, queues: { pipeline: 1 } },
  );
  onTestFinished(() => host.stop());
  await host.start();
  return { host, link, runs };
}

describe('a worker host', () => {
  it('is up by a job that it ran, and leaves nothing of it behind', async ({ redis, redisUrl, prefix }) => {
    const { host, link } = await started({ redis, redisUrl, prefix });
    expect(link.status()).toMatchObject({ state: 'up', detail: '1 queues', recreated: 0 });
    expect(Date.now() - (link.status().seen['canary'] ?? 0)).toBeLessThan(10_000);
    const keys = () => redis.keys(`${prefix}:bull:canary.*`);
    // a host that is killed leaves what is there then
    const fading = async () => Promise.all((await keys()).map((key) => redis.ttl(key)));
    await eventually(fading, { accept: (all) => all.length > 0 && all.every((seconds) => seconds > 0) });
    await host.stop();
    expect(await keys()).toEqual([]);
  });

  it('says so when its workers run nothing, makes them anew, and works again', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { proxy, url } = await proxied(redisUrl);
    const { link, runs } = await started({ redis, redisUrl: url, prefix });
    proxy.mode = 'blackhole';
    const { detail } = await eventually(() => link.status(), {
      timeoutMs: 40_000,
      accept: ({ state }) => state === 'down',
    });
    expect(detail).toContain('a canary job was not run within 7 s; it was made anew; re-created 1×');
    proxy.mode = 'pass';
    await eventually(() => link.status().state === 'up', { timeoutMs: 40_000 });
    const place = { redis, redisUrl, prefix };
    await producer(place).add(sweep('j-1'));
    expect([await ended(place, 'j-1'), runs.length]).toEqual(['completed', 1]);
  });
});

describe('a clock that jumps while a canary is out', () => {
  it('is what is told, and no worker is made anew for it', async ({ redis, redisUrl, prefix }) => {
    const { proxy, url } = await proxied(redisUrl);
    const now = { aheadMs: 0, late: false };
    const { link } = await started(
      { redis, redisUrl: url, prefix },
      { clock: { ...systemClock, now: () => Date.now() + now.aheadMs }, isLate: () => now.late },
    );
    proxy.mode = 'blackhole';
    // a canary is due at once
    now.late = true;
    const isOut = async () => (await redis.keys(`${prefix}:bull:canary.*:wait`)).length > 0;
    await eventually(isOut, { timeoutMs: 20_000 });
    now.aheadMs = 3_600_000;
    // The blackhole may be told first: it is true as well.
    const { recreated } = await eventually(() => link.status(), {
      timeoutMs: 40_000,
      accept: ({ state, detail }) => state === 'down' && /clock is 3\d+\S* s off Redis' clock/.test(detail),
    });
    expect(recreated).toBe(0);
    proxy.mode = 'pass';
  });
});

describe('a consumer', () => {
  /** On a clock that the test can put forward. */
  const open = (redisUrl: string, prefix: string) => {
    const ahead = { ms: 0 };
    const may = { fetch: true };
    const clock: Clock = { ...systemClock, now: () => Date.now() + ahead.ms };
    const ran: string[] = [];
    const consumer = new Consumer(
      {
        clock,
        logger: silentLogger,
        mayFetch: () => may.fetch,
        run: async ({ id = '' }) => void ran.push(id),
        onFailed: () => undefined,
      },
      { redisUrl, queue: 'pipeline', concurrency: 1, settings: { prefix: `${prefix}:bull` } },
    );
    onTestFinished(() => consumer.close());
    return { consumer, ran, ahead, may };
  };

  it('that fetches is not deaf, however long nothing is there to fetch', async ({ redisUrl, prefix }) => {
    const { consumer, ahead } = open(redisUrl, prefix);
    await consumer.prepare();
    await consumer.setPaused(false);
    ahead.ms = 60_000;
    expect(consumer.isDeaf()).toBe(true);
    await eventually(() => !consumer.isDeaf());
  });

  it.for(['paused', 'forbidden to fetch'])(
    'that is %s while it waits for a job does not take the next one',
    async (how, { redis, redisUrl, prefix }) => {
      const { consumer, ran, may } = open(redisUrl, prefix);
      const place = { redis, redisUrl, prefix };
      await consumer.prepare();
      await consumer.setPaused(false);
      await producer(place).add(sweep('j-1'));
      await eventually(() => ran.length === 1);
      // by now it waits for the next one
      await systemClock.sleep(300);
      if (how === 'paused') await consumer.setPaused(true);
      else may.fetch = false;
      await producer(place).add(sweep('j-2'));
      await systemClock.sleep(3_000);
      expect(ran).toEqual(['j-1']);
      may.fetch = true;
      await consumer.setPaused(false);
      await eventually(() => ran.length === 2);
    },
  );

  it('that is paused is not deaf', async ({ redisUrl, prefix }) => {
    const { consumer, ahead } = open(redisUrl, prefix);
    await consumer.prepare();
    ahead.ms = 60_000;
    expect(consumer.isDeaf()).toBe(false);
  });

  it('that gets no answer is deaf, and works once it is made anew', async ({ redis, redisUrl, prefix }) => {
    const { proxy, url } = await proxied(redisUrl);
    const { consumer, ran, ahead } = open(url, prefix);
    await consumer.prepare();
    await consumer.setPaused(false);
    proxy.mode = 'blackhole';
    ahead.ms = 60_000;
    await systemClock.sleep(3_000);
    expect(consumer.isDeaf()).toBe(true);
    proxy.mode = 'pass';
    await consumer.recreate();
    await producer({ redis, redisUrl, prefix }).add(sweep('j-1'));
    await eventually(() => ran.includes('j-1'));
    expect(consumer.isDeaf()).toBe(false);
  });
});
