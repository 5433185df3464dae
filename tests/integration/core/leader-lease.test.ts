// Who of many may do it, and what becomes of what a former holder still writes.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { LeaderLease, setFenced } from '../../../src/core/leader-lease.ts';
import { createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';

const leaseOf = (redis: Redis, prefix: string, instance: string, ttlMs = 5_000) =>
  new LeaderLease(redis, { key: `${prefix}:leader`, ttlMs, holder: { instance, host: 'hall', pid: 7 } });

const write = (redis: Redis, prefix: string, lease: LeaderLease, value: string) =>
  setFenced(redis, lease.fence(), { key: `${prefix}:written`, value, seconds: 60 });

describe('a leader lease', () => {
  it('is held by one, and tells the others who that is and for how long', async ({ redis, prefix }) => {
    const [a, b] = [leaseOf(redis, prefix, 'a'), leaseOf(redis, prefix, 'b')];
    expect(await a.claim()).toEqual({ held: true, token: 1 });
    const refused = await b.claim();
    expect(refused).toMatchObject({ held: false, holder: { instance: 'a', host: 'hall', pid: 7 } });
    expect(!refused.held && refused.freeInMs).toBeGreaterThan(0);
  });

  it('is renewed under the same token', async ({ redis, prefix }) => {
    const a = leaseOf(redis, prefix, 'a', 600_000);
    await a.claim();
    // As if most of its time had gone by.
    await redis.pexpire(`${prefix}:leader`, 300_000);
    expect(await a.claim()).toEqual({ held: true, token: 1 });
    expect(await redis.pttl(`${prefix}:leader`)).toBeGreaterThan(300_000);
  });

  it('goes to another under a greater token, once it ran out', async ({ redis, prefix }) => {
    const [a, b] = [leaseOf(redis, prefix, 'a', 100), leaseOf(redis, prefix, 'b')];
    await a.claim();
    await eventually(async () => (await b.claim()).held);
    expect(await b.claim()).toEqual({ held: true, token: 2 });
  });

  it('comes back to its last holder under a greater token, since another may have had it between', async ({
    redis,
    prefix,
  }) => {
    const a = leaseOf(redis, prefix, 'a', 100);
    await a.claim();
    await eventually(async () => (await redis.exists(`${prefix}:leader`)) === 0);
    expect(await a.claim()).toEqual({ held: true, token: 2 });
  });

  it('is free at once when it is given back, and only its holder can do that', async ({ redis, prefix }) => {
    const [a, b] = [leaseOf(redis, prefix, 'a'), leaseOf(redis, prefix, 'b')];
    await a.claim();
    await b.release();
    expect(await b.claim()).toMatchObject({ held: false });
    await a.release();
    expect(await b.claim()).toEqual({ held: true, token: 2 });
  });

  it('lets only one of many that ask at the same moment have it', async ({ redis, prefix }) => {
    const all = Array.from({ length: 20 }, (_, i) => leaseOf(redis, prefix, `i-${i}`).claim());
    expect((await Promise.all(all)).filter(({ held }) => held).length).toBe(1);
  });
});

describe('a write under a lease', () => {
  it('is taken from the holder, and still from the last one when nobody came after', async ({
    redis,
    prefix,
  }) => {
    const a = leaseOf(redis, prefix, 'a', 100);
    await a.claim();
    await write(redis, prefix, a, 'one');
    await eventually(async () => (await redis.exists(`${prefix}:leader`)) === 0);
    await write(redis, prefix, a, 'two');
    expect(await redis.get(`${prefix}:written`)).toBe('two');
  });

  it('is refused from who was followed by another, also when that one is gone', async ({ redis, prefix }) => {
    const [a, b] = [leaseOf(redis, prefix, 'a', 100), leaseOf(redis, prefix, 'b')];
    await a.claim();
    await eventually(async () => (await b.claim()).held);
    await write(redis, prefix, b, 'of b');
    await b.release();
    await expect(write(redis, prefix, a, 'of a')).rejects.toMatchObject({ code: 'FENCED' });
    expect(await redis.get(`${prefix}:written`)).toBe('of b');
  });

  it('is refused from who never held it', async ({ redis, prefix }) => {
    await leaseOf(redis, prefix, 'a').claim();
    await expect(write(redis, prefix, leaseOf(redis, prefix, 'b'), 'x')).rejects.toMatchObject({
      code: 'FENCED',
    });
  });

  it('is refused from a leader that was stopped by SIGSTOP and wakes up when another leads', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const leader = leadingProcess(redisUrl, prefix);
    const said = async (word: string) => (await redis.get(`${prefix}:said`)) === word;
    await eventually(() => said('wrote'));
    leader.kill('SIGSTOP');
    const b = leaseOf(createCommandRedis({ url: redisUrl, name: 'test' }), prefix, 'b');
    await eventually(async () => (await b.claim()).held);
    await write(redis, prefix, b, 'of b');
    leader.kill('SIGCONT');
    await eventually(() => said('FENCED'));
    expect(await redis.get(`${prefix}:written`)).toBe('of b');
  });
});

/** A process that holds the lease, writes under it without end, and says what came of each write. */
function leadingProcess(redisUrl: string, prefix: string) {
  const main = fileURLToPath(new URL('./leading-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, redisUrl, prefix], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
