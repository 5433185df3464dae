// Leases on a real Redis: who is there, who is gone, and what it costs to know.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import {
  type Change,
  gapsIn,
  heardWithin,
  isProved,
  type LeaseRecord,
  Registration,
  Registry,
  RegistryWatch,
} from '../../../src/core/registry/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';

const record = (instance: string, given: Partial<LeaseRecord> = {}): LeaseRecord => ({
  ...{ name: 'thing', instance, incarnation: 'x', host: 'hall', pid: 7, version: '1.0.0', roles: ['lift'] },
  ...{
    endpoints: {},
    load: { pending: 0, cpu: null },
    tags: {},
    startedAt: 1,
    health: 'healthy',
    body: null,
  },
  ...given,
});

const put = (
  registry: Registry,
  instance: string,
  given: Partial<LeaseRecord> = {},
  toldAt = 1,
  ttlMs = 10_000,
) => registry.put(record(instance, given), { ttlMs, toldAt });

describe('a lease', () => {
  it('shows whole what was registered, and when it was first and last heard', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    const given = record('a', {
      endpoints: { http: 'http://127.0.0.1:1' },
      tags: { zone: '1' },
      body: { any: [1] },
    });
    await registry.put(given, { ttlMs: 10_000, toldAt: 1 });
    await registry.put(given, { ttlMs: 10_000, toldAt: 2 });
    const [found] = await registry.find('thing');
    expect(found).toMatchObject(given);
    expect(found?.seenAt).toBeGreaterThanOrEqual(found?.firstSeenAt ?? Number.POSITIVE_INFINITY);
  });

  it('is gone at once when it is given back', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a');
    expect(await registry.drop('thing', 'a')).toBe(true);
    expect([await registry.find('thing'), await registry.drop('thing', 'a')]).toEqual([[], false]);
  });

  it('runs out by itself, also when nobody looks, and its remains are swept by who looks next', async ({
    redis,
    prefix,
  }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a', {}, 1, 200);
    await eventually(async () => (await redis.exists(`${prefix}:registry:lease:thing:a`)) === 0);
    expect(await registry.find('thing')).toEqual([]);
    expect(await redis.zcard(`${prefix}:registry:index:thing`)).toBe(0);
  });

  it('is not moved by a word that was said before the newest', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a', { health: 'unhealthy' }, 5);
    expect(await put(registry, 'a', { health: 'healthy' }, 4)).toBe(false);
    expect(await registry.find('thing')).toMatchObject([{ health: 'unhealthy' }]);
  });

  it('that cannot be read hides no other', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a');
    await put(registry, 'b');
    await redis.hset(`${prefix}:registry:lease:thing:a`, 'record', '{');
    expect((await registry.find('thing')).map(({ instance }) => instance)).toEqual(['b']);
  });

  it('of a process that was killed is gone within its time', async ({ redis, redisUrl, prefix }) => {
    const registry = new Registry(redis, { prefix });
    const main = fileURLToPath(new URL('./registered-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', main, redisUrl, prefix], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await eventually(async () => (await registry.find('thing')).length === 1);
    child.kill('SIGKILL');
    // Whatever it had said last lies there for no longer than this, or is gone already (-2).
    const leftMs = await redis.pttl(`${prefix}:registry:lease:thing:a`);
    expect([leftMs === -1, leftMs <= 1_500]).toEqual([false, true]);
    await eventually(async () => (await registry.find('thing')).length === 0);
  });
});

describe('a registration', () => {
  it('keeps its lease while it runs, and gives it back when it stops', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    const registration = new Registration(
      { registry, clock: systemClock, record: () => record('a') },
      { name: 'presence', ttlMs: 600, everyMs: 100 },
    );
    await registration.start();
    const [first] = await registry.find('thing');
    await eventually(
      async () => ((await registry.find('thing'))[0]?.seenAt ?? 0) - (first?.seenAt ?? 0) > 1_200,
    );
    await registration.stop();
    expect(await registry.find('thing')).toEqual([]);
  });
});

describe('the living', () => {
  it('fill a role unless they are unhealthy', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a', { roles: ['lift'], health: 'degraded' });
    await put(registry, 'b', { roles: ['carry'], health: 'unhealthy' });
    expect(gapsIn(await registry.find('thing'), ['lift', 'carry'])).toEqual(['carry']);
  });

  it('are told from the remains of one that was followed by another', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    const proved = async () => {
      const all = await registry.find('thing');
      return all.filter((one) => isProved(one, all)).map(({ instance }) => instance);
    };
    await put(registry, 'a');
    await systemClock.sleep(5);
    await put(registry, 'b');
    expect(await proved()).toEqual(['b']);
    await put(registry, 'a', {}, 2);
    expect(await proved()).toEqual(['a', 'b']);
  });

  it('do not count when they were silent for long while another spoke', async ({ redis, prefix }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a');
    await systemClock.sleep(60);
    await put(registry, 'b');
    const all = await registry.find('thing');
    const heard = (ms: number) => heardWithin(all, ms).map(({ instance }) => instance);
    expect([heard(10), heard(5_000)]).toEqual([['b'], ['a', 'b']]);
  });
});

describe('a watch', () => {
  async function watching(redisUrl: string, prefix: string, redis: Redis, reconcileMs?: number) {
    const registry = new Registry(redis, { prefix });
    const changes: Change[] = [];
    const watch = new RegistryWatch(
      { registry, clock: systemClock, logger: silentLogger },
      { name: 'watch', redisUrl, ...(reconcileMs === undefined ? {} : { reconcileMs }) },
    );
    watch.watch('thing', (change) => changes.push(change));
    onTestFinished(() => watch.stop());
    await watch.start();
    await eventually(() => changes.length === 1);
    return { registry, changes };
  }
  const names = (instances: Change['instances'] | undefined) => instances?.map(({ instance }) => instance);

  it('tells first who is there, then who comes, changes and goes, long before it would look by itself', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    await put(new Registry(redis, { prefix }), 'a');
    const { registry, changes } = await watching(redisUrl, prefix, redis, 60_000);
    expect(names(changes[0]?.joined)).toEqual(['a']);
    await put(registry, 'b');
    await eventually(() => changes.length === 2);
    await put(registry, 'b', { health: 'unhealthy' }, 2);
    await eventually(() => changes.length === 3);
    await registry.drop('thing', 'a');
    await eventually(() => changes.length === 4);
    expect([names(changes[1]?.joined), names(changes[2]?.changed), names(changes[3]?.left)]).toEqual([
      ['b'],
      ['b'],
      ['a'],
    ]);
    expect(names(changes[3]?.instances)).toEqual(['b']);
  });

  it('finds by a slow look what no word told', async ({ redis, redisUrl, prefix }) => {
    // Long enough for the first look to find it, also on a busy machine.
    await put(new Registry(redis, { prefix }), 'a', {}, 1, 3_000);
    const { changes } = await watching(redisUrl, prefix, redis, 200);
    expect(names(changes[0]?.joined)).toEqual(['a']);
    await eventually(() => names(changes.at(-1)?.left)?.join() === 'a');
  });

  it('tells of each look to whoever wants that, also where nothing is new', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const registry = new Registry(redis, { prefix });
    await put(registry, 'a');
    const changes: Change[] = [];
    const watch = new RegistryWatch(
      { registry, clock: systemClock, logger: silentLogger },
      { name: 'watch', redisUrl, reconcileMs: 20, everyLook: true },
    );
    watch.watch('thing', (change) => changes.push(change));
    onTestFinished(() => watch.stop());
    await watch.start();
    await eventually(() => changes.length >= 3);
    expect(names(changes[2]?.instances)).toEqual(['a']);
    expect(changes[2]).toMatchObject({ joined: [], changed: [], left: [] });
  });

  it('costs next to nothing while only beats come in', async ({ prefix }) => {
    const { url } = await ownServer('redis-server');
    const redis = createCommandRedis({ url, name: 'test' });
    onTestFinished(() => closeRedis(redis));
    const registry = new Registry(redis, { prefix });
    for (const instance of ['a', 'b', 'c']) await put(registry, instance);
    await Promise.all(Array.from({ length: 5 }, () => watching(url, prefix, redis)));
    const before = await reads(redis);
    expect(before).toBeGreaterThanOrEqual(5);
    for (let beat = 2; beat < 60; beat += 1) {
      for (const instance of ['a', 'b', 'c'])
        await put(registry, instance, { load: { pending: beat, cpu: 1 } }, beat);
    }
    // 174 beats; five watches look at three leases once each at most in this time.
    expect((await reads(redis)) - before).toBeLessThanOrEqual(15);
  });
});

/** How often somebody looked so far: each look is one script with two of these in it. */
async function reads(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats');
  return Number(/cmdstat_zrangebyscore:calls=(\d+)/.exec(stats)?.[1] ?? '0') / 2;
}
