// Faults of Redis, against the whole program: away, half-open, full.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createCommandRedis } from '../../src/core/redis.ts';
import { logOf, repeated, statesOf } from '../support/log.ts';
import { measured, print } from '../support/measured.ts';
import { ownServer } from '../support/own-server.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const answerSchema = z.looseObject({ status: z.string().optional(), detail: z.string().optional() });
const readyz = async ({ port }: Site, check = '') => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz${check}`);
  return { code: response.status, body: answerSchema.parse(await response.json()) };
};

describe('Redis', () => {
  it('F07 away for 20 s with idle workers: work goes on at once, and each state is logged once', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: redis.url });
    const [first, second] = site.agents;
    await site.up().ready();
    await first?.tell('Map the hall', 50);
    const before = (await logOf(site.home)).length;
    await redis.crash();
    await delay(20_000);
    await first?.tell('Map the hall', 80);
    await redis.back();
    await measured({ what: 'F07 /readyz', requiredMs: 2_000 }, async () => {
      const { code, body } = await readyz(site);
      return code === 200 && body.status === 'ready';
    });
    const work = {
      what: 'F07 gas that was due meanwhile, since /readyz',
      requiredMs: 2_000,
    };
    await measured(work, async () => (await second?.all())?.length === 1);
    const lines = (await logOf(site.home)).slice(before);
    expect(statesOf(lines, 'redis')).toEqual(['down', 'up']);
    expect(statesOf(lines, 'workers')).toEqual(['down', 'up']);
    // Whatever else there was to say, it was not said once per retry: 20 s are some forty retries of each of six clients.
    expect(repeated(lines, 2)).toEqual([]);
  });

  it('F08 half-open: questions, orders and workers are usable again within 10 s', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    const { proxy, url } = await TcpProxy.before(redis.url, 6379);
    onTestFinished(() => proxy.close());
    const site = await openSite({ redisUrl: url });
    const service = site.named('slam');
    const file = `${site.dir}/starts`;
    await site.sidecar(service, countingProgram(file));
    const platform = await site.up().ready();
    await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
    proxy.freeze();
    const redisBack = { what: 'F08 half-open Redis, order taken', requiredMs: 10_000 };
    const restart = async () => {
      const { end } = await site.run(`restart ${service}`, '--yes');
      return end === 0;
    };
    await measured(redisBack, restart);
    expect(await startsOf(file)).toBe(2);
    await eventually(async () => (await readyz(site)).code === 200);
  });

  it('that answers nothing: `help` tells what is open to all, and that rights cannot be read', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const { proxy, url } = await TcpProxy.before(redis.url, 6379);
    onTestFinished(() => proxy.close());
    const site = await openSite({ redisUrl: url });
    await site.up().ready();
    proxy.mode = 'blackhole';
    const { end, json } = await site.run('help');
    expect([end, json.answer?.note]).toEqual([
      0,
      expect.stringContaining('what you may do cannot be read now'),
    ]);
    const shown = JSON.stringify(json.answer);
    expect([shown.includes('status [target]'), shown.includes('restart <service>')]).toEqual([true, false]);
  });

  it('F16 behind 200 ± 50 ms, in slices of 16 bytes at 64 kB/s: slower, and never called lost', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const { proxy, url } = await TcpProxy.before(redis.url, 6379);
    onTestFinished(() => proxy.close());
    const site = await openSite({ redisUrl: url });
    const platform = await site.up().ready();
    const before = (await logOf(site.home)).length;
    const ask = async () => {
      const begin = performance.now();
      await platform.ask('agents', /Agent-1/, 5_000);
      return Math.round(performance.now() - begin);
    };
    const plain = await ask();
    proxy.shape = { latencyMs: 200, jitterMs: 50, sliceBytes: 16, bytesPerSecond: 64_000 };
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) times.push(await ask());
    print(`F16 question ${plain} ms, behind the slow line ${times.join(', ')} ms`);
    await delay(12_000);
    const lines = (await logOf(site.home)).slice(before);
    expect([statesOf(lines, 'redis'), statesOf(lines, 'workers')]).toEqual([[], []]);
    expect((await readyz(site)).body.status).toBe('ready');
  });

  it('F09 full: an order is refused with a reason, and accepted again once there is room', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: redis.url });
    const service = site.named('slam');
    await site.sidecar(service, countingProgram(`${site.dir}/starts`));
    const platform = await site.up().ready();
    await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
    const admin = createCommandRedis({ url: redis.url, name: 'test' });
    onTestFinished(() => admin.disconnect());
    await admin.config('SET', 'maxmemory', '1mb');
    const after = platform.output().length;
    await platform.says(/^✖ redis +down: .*refuses writes: OOM/m, { after });
    expect(await readyz(site)).toMatchObject({ code: 503, body: { status: 'unavailable' } });
    expect((await readyz(site, '/redis')).body.detail).toContain('refuses writes: OOM command not allowed');
    const { end, json } = await site.run(`restart ${service}`, '--yes');
    expect({ end: end === 0, text: json?.text }).toMatchObject({ end: false });
    await admin.config('SET', 'maxmemory', '0');
    await measured({ what: 'F09 room again', requiredMs: 2_000 }, async () => {
      return (await readyz(site)).code === 200;
    });
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
  });
});
