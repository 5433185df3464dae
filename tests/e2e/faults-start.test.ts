// F37: what is missing at the start is named, nothing ends for it, and all is well soon after it appears. And F25: a clock
// that is off.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { freePort } from '../../src/core/servers/ports.ts';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { measured } from '../support/measured.ts';
import { ownServer } from '../support/own-server.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const probe = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { code: response.status, text: await response.text() };
};
const recovery = (what: string) => ({ what: `F37 ${what} appears`, requiredMs: 2_000 });

async function says(site: Site, text: string) {
  return eventually(() => probe(site.port, '/readyz'), {
    accept: ({ code, text: body }) => code === 503 && body.includes(text),
  });
}

describe('missing at the start', () => {
  it('F37 Redis: the process stays, names it on every probe, and is ready once it appears', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    await redis.stop();
    const site = await openSite({ redisUrl: redis.url });
    const healthPort = await freePort();
    site.env['SWARMLINE_HEALTH__PORT'] = String(healthPort);
    const platform = site.up();
    await platform.says(/^✖ redis +down: \S+ does not answer/m);
    const codes = ['/livez', '/startupz', '/readyz', '/readyz/redis'].map((path) => probe(healthPort, path));
    const answers = await Promise.all(codes);
    expect(answers.map(({ code }) => code)).toEqual([200, 503, 503, 503]);
    expect(answers[2]?.text).toMatch(/redis: down: \S+ does not answer/);
    // longer than a start used to wait
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect((await probe(healthPort, '/livez')).code).toBe(200);
    await redis.back();
    await measured(recovery('Redis'), async () => (await probe(healthPort, '/readyz')).code === 200);
    expect((await probe(healthPort, '/startupz')).code).toBe(200);
    await platform.ask('status', /Swarmline is up/);
    await platform.stop();
    await expect(probe(healthPort, '/livez')).rejects.toThrow();
  });

  it('F37 Redis: what comes after it is told to wait for it, and is asked once it appears', async ({
    openSite,
  }) => {
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const redis = await ownServer('redis-server');
    await redis.stop();
    const site = await openSite({ redisUrl: redis.url, discord });
    site.up();
    const { text } = await says(site, 'redis: down');
    for (const name of ['rabbitmq', 'discord', 'workers'])
      expect(text).toContain(`${name}: connecting: waits for Redis`);
    await redis.back();
    await eventually(async () => (await probe(site.port, '/readyz')).code === 200);
  });

  it('F37 RabbitMQ: the same, and the start itself is not held up by it', async ({ openSite, rabbitUrl }) => {
    const { proxy, url } = await TcpProxy.before(rabbitUrl, 5672);
    onTestFinished(() => proxy.close());
    proxy.mode = 'refuse';
    const site = await openSite({ rabbitUrl: url });
    const platform = site.up();
    await says(site, 'rabbitmq: connecting');
    await eventually(async () => (await probe(site.port, '/startupz')).code === 200);
    await platform.ask('status', /rabbitmq\S* +connecting/);
    proxy.mode = 'pass';
    await measured(recovery('RabbitMQ'), async () => (await probe(site.port, '/readyz')).code === 200);
  });

  it('F37 Discord: the same', async ({ openSite }) => {
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const { proxy, url } = await TcpProxy.before(discord.apiUrl, 80);
    onTestFinished(() => proxy.close());
    proxy.mode = 'refuse';
    const site = await openSite({ discord });
    site.env['DISCORD_API_URL'] = url;
    const platform = site.up();
    await says(site, 'discord: down: cannot log in');
    // let its retries grow
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await platform.ask('status', /discord\S* +down/);
    proxy.mode = 'pass';
    await measured(recovery('Discord'), async () => (await probe(site.port, '/readyz')).code === 200);
  });

  it('K12 a chat that is deaf makes a process that is nothing but chats not ready', async ({ openSite }) => {
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const site = await openSite({ discord });
    const healthPort = await freePort();
    site.env['SWARMLINE_HEALTH__PORT'] = String(healthPort);
    site.up('--only', 'bots');
    await eventually(async () => (await probe(healthPort, '/readyz')).code === 200);
    discord.gateway.behaviour.refuseHandshake = 503;
    discord.gateway.drop();
    const lost = await eventually(() => probe(healthPort, '/readyz'), {
      accept: ({ code }) => code === 503,
    });
    expect(lost.text).toContain('"because":["discord: down');
    discord.gateway.behaviour.refuseHandshake = null;
    await eventually(async () => (await probe(healthPort, '/readyz')).code === 200);
  });
});

describe('a clock that is off', () => {
  it.for(['+3600', '-3600', '-30'])(
    'F25 by %s s in the middle of the run: it takes no work, tells the skew, and goes on when it is right',
    async (offset, { openSite }) => {
      const site = await openSite();
      const [first, second] = site.agents;
      // a process whose clock is right finds what is to be done
      await site.up('--only', 'pipeline').ready();
      const clock = join(site.dir, 'clock');
      await writeFile(clock, '+0');
      Object.assign(site.env, {
        LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      });
      const worker = await site.up('--only', 'workers', 'console').ready();
      await first?.tell('Map the hall', 50);
      await eventually(() => worker.ask('agents', /Agent-1 +executing, 50 %/, 1_000));
      await writeFile(clock, offset);
      const skewed = /^✖ workers +down: this machine's clock is (-?\d+)\S* s off Redis' clock/m;
      const [, skew] = await worker.says(skewed);
      expect(Math.abs(Number(skew) - Number(offset))).toBeLessThan(30);
      await first?.tell('Map the hall', 80);
      // longer than the work takes whoever may do it
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(await second?.all()).toEqual([]);
      await worker.ask('agents', /Agent-1 .* ago/);
      const after = worker.output().length;
      await writeFile(clock, '+0');
      const set = { what: `F25 ${offset} s: work done after the clock was set right` };
      await measured(set, async () => (await second?.all())?.length === 1);
      await worker.says(/^✔ workers +up/m, { after });
      expect(worker.output()).not.toMatch(/-\d+(\.\d+)? (ms|s) ago/);
      await worker.stop();
    },
  );
});
