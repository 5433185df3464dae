// Faults of RabbitMQ, against the whole program: stopped, cut, swallowed, full, slow, half-closed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { logOf, repeated, statesOf } from '../support/log.ts';
import { measured, print } from '../support/measured.ts';
import { OwnServer } from '../support/own-server.ts';
import type { Platform } from '../support/platform.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { eventually, it, type Site, type SiteOptions } from '../support/site.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

// Its start takes 10 to 20 s, so all tests here share one.
const shared: { folder?: string; server?: OwnServer } = {};
beforeAll(async () => {
  shared.folder = await mkdtemp(join(tmpdir(), 'swarmline-own-'));
  shared.server = await OwnServer.start('rabbitmq-server', shared.folder);
});
afterAll(async () => {
  await shared.server?.stop();
  if (shared.folder) await rm(shared.folder, { recursive: true, force: true });
});

function rabbit(): OwnServer {
  if (!shared.server) throw new Error('RabbitMQ did not start');
  return shared.server;
}

type OpenSite = (options: SiteOptions) => Promise<Site>;

/** A platform whose way to RabbitMQ leads through a proxy; the sidecar goes there directly. */
async function proxied(openSite: OpenSite, options: SiteOptions = {}) {
  const { proxy, url } = await TcpProxy.before(rabbit().url, 5672);
  onTestFinished(() => proxy.close());
  const site = await openSite({ restartDeadlineMs: 90_000, ...options, rabbitUrl: rabbit().url });
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, countingProgram(file));
  site.env['RABBITMQ_URL'] = url;
  const platform = await site.up().ready();
  await knows(platform, service);
  return { proxy, site, service, platform, starts: () => startsOf(file) };
}

const knows = (platform: Platform, service: string) =>
  eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));

const readyOf = (service: string) =>
  new RegExp(`^restart ${service}: ready .*incarnation [0-9a-f]{8} → [0-9a-f]{8}`, 'm');

const rabbitCheck = async ({ port }: Site) => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz/rabbitmq`);
  return { well: response.ok, text: await response.text() };
};

describe('RabbitMQ', () => {
  it('F13 cut, and refused for 2 s: an order given meanwhile is carried out once it is back', async ({
    openSite,
  }) => {
    const { proxy, site, service, platform, starts } = await proxied(openSite);
    const before = (await logOf(site.home)).length;
    const after = platform.output().length;
    proxy.mode = 'refuse';
    proxy.cut();
    await platform.says(/^✖ rabbitmq +down/m, { after });
    await platform.order(service);
    await delay(2_000);
    proxy.mode = 'pass';
    const sent = new RegExp(`^restart ${service}: (sent|accepted|stopping|starting|ready)`, 'm');
    await measured({ what: 'F13 order sent after the cut', requiredMs: 1_000 }, () =>
      sent.test(platform.output().slice(after)),
    );
    await platform.says(readyOf(service), { after });
    expect(await starts()).toBe(2);
    const lines = (await logOf(site.home)).slice(before);
    expect(statesOf(lines, 'rabbitmq')).toEqual(['down', 'up']);
  });

  it('F14 swallowed by a black hole: noticed within 15 s', async ({ openSite }) => {
    const { proxy, site, platform, service } = await proxied(openSite);
    const before = (await logOf(site.home)).length;
    proxy.mode = 'blackhole';
    await measured({ what: 'F14 black hole noticed', requiredMs: 15_000 }, async () => {
      return !(await rabbitCheck(site)).well;
    });
    proxy.mode = 'pass';
    proxy.cut();
    await measured({ what: 'F14 back', requiredMs: 2_000 }, async () => {
      return (await rabbitCheck(site)).well;
    });
    const after = platform.output().length;
    await platform.order(service);
    await platform.says(readyOf(service), { after });
    expect(statesOf((await logOf(site.home)).slice(before), 'rabbitmq')).toEqual(['down', 'up']);
  });

  it('F15 out of memory: chat and status tell that it blocks, the order is kept, and goes on', async ({
    openSite,
  }) => {
    const { site, platform, service, starts } = await proxied(openSite);
    const after = platform.output().length;
    try {
      await rabbit().rabbitmqctl('set_vm_memory_high_watermark', '0.00001');
      await platform.says(/^✖ rabbitmq +down: blocked by RabbitMQ: .*memory/m, { after });
      expect((await rabbitCheck(site)).text).toContain('blocked by RabbitMQ');
      const { json } = await site.run('status');
      expect(JSON.stringify(json)).toMatch(/circuit rabbitmq-orders[^}]*open for .*nothing is sent there/);
      await platform.order(service);
      await platform.says(
        new RegExp(`^restart ${service}: queued .*waits in the queue: RabbitMQ is down: blocked`, 'm'),
        { after },
      );
      // longer than a confirm is waited for: no storm of time-outs, and nothing is called lost
      await delay(7_000);
      expect(await starts()).toBe(1);
      expect(platform.output().slice(after)).not.toMatch(/unknown|expired|failed/);
    } finally {
      await rabbit().rabbitmqctl('set_vm_memory_high_watermark', '0.4');
    }
    await measured({ what: 'F15 order carried out' }, () =>
      readyOf(service).test(platform.output().slice(after)),
    );
    expect(await starts()).toBe(2);
  });

  it('F16 behind 200 ± 50 ms, in slices of 16 bytes at 64 kB/s: slower, and never lost', async ({
    openSite,
  }) => {
    const { proxy, site, platform, service, starts } = await proxied(openSite);
    const before = (await logOf(site.home)).length;
    const restart = async () => {
      const after = platform.output().length;
      const begin = performance.now();
      await platform.order(service);
      await platform.says(readyOf(service), { after });
      return performance.now() - begin;
    };
    const plain = await restart();
    proxy.shape = { latencyMs: 200, jitterMs: 50, sliceBytes: 16, bytesPerSecond: 64_000 };
    const slow = await restart();
    print(`F16 restart ${Math.round(plain)} ms, behind the slow line ${Math.round(slow)} ms`);
    // two turns of its canary and of the heartbeat
    await delay(12_000);
    expect(statesOf((await logOf(site.home)).slice(before), 'rabbitmq')).toEqual([]);
    expect(await starts()).toBe(3);
  });

  it('F16 half-closed: made anew', async ({ openSite }) => {
    const { proxy, platform, service } = await proxied(openSite);
    const after = platform.output().length;
    proxy.halfClose();
    await platform.says(/^✖ rabbitmq +down/m, { after });
    await measured({ what: 'F16 back after a half-close', requiredMs: 2_000 }, () =>
      /^✔ rabbitmq +up/m.test(platform.output().slice(after)),
    );
    await platform.order(service);
    await platform.says(readyOf(service), { after });
  });

  it('F12 stopped and started: connected, consuming and publishing again at once', async ({ openSite }) => {
    const { site, platform, service, starts } = await proxied(openSite);
    const before = (await logOf(site.home)).length;
    const after = platform.output().length;
    await rabbit().stop();
    await platform.says(/^✖ rabbitmq +down/m, { after });
    await rabbit().back();
    await measured({ what: 'F12 link up after the start', requiredMs: 2_000 }, async () => {
      return (await rabbitCheck(site)).well;
    });
    await platform.order(service);
    await platform.says(readyOf(service), { after });
    expect(await starts()).toBe(2);
    const lines = (await logOf(site.home)).slice(before);
    expect(statesOf(lines, 'rabbitmq')).toEqual(['down', 'up']);
    expect(repeated(lines, 2)).toEqual([]);
  });
});
