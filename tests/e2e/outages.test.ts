// Redis or RabbitMQ away for a while: what people are told meanwhile, and that all goes on by itself afterwards.
// SWARMLINE_OUTAGE_S sets for how long (default 6).
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { measured, print } from '../support/measured.ts';
import { ownServer } from '../support/own-server.ts';
import type { Platform } from '../support/platform.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';

const awayMs = Number(process.env['SWARMLINE_OUTAGE_S'] || 6) * 1_000;
const unknown = /^.*(nothing is known|unknown).*$/m;

describe('Redis away', () => {
  it('is told to whoever asks, and no order is taken', async ({ openSite }) => {
    const { redis, platform, site, service, starts } = await openOnOwnRedis(openSite);
    const after = platform.output().length;
    await redis.crash();
    await isUnknown(platform, 'status');
    await isUnknown(platform, `restart ${service}`);
    await redis.back();
    await platform.says(/^✔ redis +up/m, { after });
    // Whatever was taken all the same would be through before this one.
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
    expect(await starts()).toBe(2);
  });

  it('takes the platform out of /readyz soon, and back', async ({ openSite }) => {
    const { redis, site } = await openOnOwnRedis(openSite);
    const probe = async () => (await fetch(`http://127.0.0.1:${site.port}/readyz`)).status;
    await redis.crash();
    const out = { what: 'out of /readyz without Redis', requiredMs: 2_000, withinMs: 10_000 };
    await measured(out, async () => (await probe()) === 503);
    await redis.back();
    await eventually(probe, { accept: (code) => code === 200 });
  });

  it('turns a confirmation into an unknown, which confirmed again is one restart', async ({ openSite }) => {
    const { redis, platform, site, service, starts } = await openOnOwnRedis(openSite);
    const [, id] = await platform.ask(`restart ${service}`, /yes (\w+)\)/);
    await redis.crash();
    await isUnknown(platform, `yes ${id}`);
    await redis.back();
    await eventually(() => platform.ask(`yes ${id}`, new RegExp(`restart ${service}`), 3_000));
    await platform.says(readyOf(service));
    // Another one would be through before this one.
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
    expect(await starts()).toBe(3);
  });

  it('is over by itself: questions, orders, and the gas of a checkpoint crossed meanwhile, once', async ({
    openSite,
  }) => {
    const { redis, platform, site, service } = await openOnOwnRedis(openSite);
    const [first, second] = site.agents;
    await first?.tell('Map the hall', 50);
    await eventually(() => platform.ask('agents', /Agent-1 +executing, 50 %/, 1_000));
    await redis.crash();
    await delay(awayMs / 2);
    await first?.tell('Map the hall', 80);
    await delay(awayMs / 2);
    await redis.back();
    await eventually(() => platform.ask('status', /Swarmline is up/, 1_000));
    await platform.order(service);
    await platform.says(readyOf(service));
    // Not only when the sweep of the minute comes round.
    const soon = { what: 'gas that was due meanwhile', requiredMs: 5_000, withinMs: 15_000 };
    await measured(soon, async () => ((await second?.all())?.length ?? 0) > 0);
    expect((await second?.all())?.map(({ checkpoint }) => checkpoint)).toEqual([75]);
  });

  it('is told on the console once when it begins and once when it ends', async ({ openSite }) => {
    const { redis, platform } = await openOnOwnRedis(openSite);
    const after = platform.output().length;
    await redis.crash();
    await delay(awayMs);
    await redis.back();
    await platform.says(/^✔ redis +up/m, { after });
    await platform.says(/^✔ workers +up/m, { after });
    expect(stateLines(platform, after, 'redis')).toEqual(['✖ redis     down', '✔ redis     up']);
    expect(stateLines(platform, after, 'workers')).toEqual(['✖ workers   down', '✔ workers   up']);
  });
});

describe('RabbitMQ away', () => {
  it('keeps a restart queued and says so and why; back, the restart ends in ready', async ({ openSite }) => {
    const rabbit = await ownServer('rabbitmq-server');
    const site = await openSite({ rabbitUrl: rabbit.url, restartDeadlineMs: 90_000 });
    const { platform, service } = await openOn(site);
    const after = platform.output().length;
    await rabbit.stop();
    await platform.says(/^✖ rabbitmq +down: \S+/m, { after });
    await eventually(() => platform.ask('status', /^ +rabbitmq\S* +down: \S+/m, 1_000));
    await platform.order(service);
    await delay(awayMs);
    expect(platform.output().slice(after)).not.toMatch(new RegExp(`^restart ${service}: (sent|ready)`, 'm'));
    await rabbit.back();
    await platform.says(readyOf(service), { after });
    expect(stateLines(platform, after, 'rabbitmq')).toEqual(['✖ rabbitmq  down', '✔ rabbitmq  up']);
  });

  it('lets a restart expire that it outlasts, and says that it was never sent', async ({ openSite }) => {
    const site = await openSite({ rabbitUrl: 'amqp://127.0.0.1:1', restartDeadlineMs: 1_500 });
    // RabbitMQ was never there, so not every part has been up
    const platform = site.up();
    await platform.says(/^ready in /m);
    const { end, json } = await site.run(`restart ${site.named('slam')}`, '--yes');
    expect({ end, state: json.state, text: json.text }).toMatchObject({
      end: 1,
      state: 'expired',
      text: expect.stringContaining('never sent before its deadline'),
    });
  });
});

describe('a sidecar away', () => {
  it('is told long before its deadline when nobody listens for the service', async ({ openSite }) => {
    const site = await openSite();
    await site.up().ready();
    const { end, json } = await site.run(`restart ${site.named('nobody')}`, '--yes');
    const [queued, failed] = json.steps;
    expect({ end, state: json.state }).toEqual({ end: 1, state: 'failed' });
    expect(json.text).toContain('nobody listens');
    print(`an order that nobody hears: ${failed.at - queued.at} ms (required 2000 ms)`);
    expect(failed.at - queued.at).toBeLessThan(10_000);
  });

  it('makes the restart unknown at its deadline when it was killed in the middle', async ({ openSite }) => {
    const site = await openSite({ restartDeadlineMs: 4_000 });
    const service = site.named('slam');
    const deaf = ['sh', '-c', 'trap "" TERM; exec cat'];
    const sidecar = await site.sidecar(service, deaf);
    const platform = await site.up().ready();
    await platform.order(service);
    await platform.says(new RegExp(`^restart ${service}: stopping`, 'm'));
    await sidecar.kill();
    await platform.says(new RegExp(`^restart ${service}: unknown .*no answer after stopping`, 'm'));
    expect(platform.output()).not.toMatch(readyOf(service));
  });
});

async function openOnOwnRedis(openSite: (options: { redisUrl: string }) => Promise<Site>) {
  const redis = await ownServer('redis-server');
  return { redis, ...(await openOn(await openSite({ redisUrl: redis.url }))) };
}

/** A service with its sidecar, and a platform that knows both. */
async function openOn(site: Site) {
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, countingProgram(file));
  const platform = await site.up().ready();
  await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
  return { site, platform, service, starts: () => startsOf(file) };
}

/** Types a line; what comes back says that the truth is unknown. Prints how long that took. */
async function isUnknown(platform: Platform, line: string): Promise<void> {
  const begun = Date.now();
  await platform.ask(line, unknown);
  print(`told without Redis that it is unknown: ${Date.now() - begun} ms (required 3000 ms)`);
}

function readyOf(service: string): RegExp {
  return new RegExp(`^restart ${service}: ready .*incarnation [0-9a-f]{8} → [0-9a-f]{8}`, 'm');
}

/** The lines that told of a link's states, without their reasons. */
function stateLines(platform: Platform, after: number, link: string): string[] {
  const lines = platform.output().slice(after).split('\n');
  return lines.flatMap((line) => new RegExp(`^\\S ${link} +(up|down|connecting)`).exec(line)?.[0] ?? []);
}
