// Orders while Redis is away: kept on disk, put in once and in order when it is back, whoever is killed meanwhile.
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Faults } from '../../../src/core/faults.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { Spool } from '../../../src/core/spool.ts';
import { createCanceller, createProducer, Outbox, OutboxCourier } from '../../../src/queue/index.ts';
import { Child } from '../../support/child.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';
import { sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

const outageMs = Number(process.env['SWARMLINE_OUTAGE_S'] ?? 6) * 1_000;
const script = fileURLToPath(new URL('./fixtures/order-giver.ts', import.meta.url));
const prefix = '{test}';

async function openPlace() {
  const server = await ownServer('redis-server');
  const redis = createCommandRedis({ url: server.url, name: 'test' });
  onTestFinished(() => closeRedis(redis));
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-outbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const give = (first: number, end: number) => {
    const args = ['--import', 'tsx', script, server.url, prefix, folder, String(first), String(end)];
    const child = new Child({ program: process.execPath, args, env: { PATH: process.env['PATH'] } });
    onTestFinished(() => child.kill());
    return child;
  };
  /** Resolves to the orders that the queue holds, oldest first. */
  const queued = async () => {
    const ids = await redis.lrange(`${prefix}:bull:pipeline:wait`, 0, -1);
    return ids.map((id) => Number(id.slice(2))).toReversed();
  };
  const kept = async () => (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return { server, redis, give, queued, kept, place: { redis, redisUrl: server.url, prefix } };
}

/** An outbox and its sink in this process, over a Redis that is taken away. */
async function openSink(bounds: { readonly maxCount: number } = { maxCount: 100 }) {
  const { server, redis, place } = await openPlace();
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-outbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = new ManualClock();
  const faults = new Faults();
  const owner = { name: 'me', isAlive: () => Promise.resolve(true) };
  const spool = new Spool({ owner, clock }, { folder, maxBytes: 1_000_000, ...bounds });
  const outbox = new Outbox({ spool, clock, logger: silentLogger, faults });
  const jobs = createProducer({ redis, clock, outbox }, { prefix });
  onTestFinished(() => jobs.close());
  await redis.ping();
  const back = async () => {
    await server.back();
    await eventually(() => redis.ping());
  };
  return { server, redis, place, clock, faults, folder, spool, outbox, jobs, back };
}

const silence = {
  name: 'alert.silence',
  id: 's-1',
  correlationId: 'c-1',
  causationId: null,
  principal: 'console:local',
  body: { pattern: 'x', minutes: 1, replyTo: { surface: 'console', place: 'main' } },
} as const;

const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);

describe('G4 an order while Redis is away', () => {
  it('is kept on disk; 500 of them arrive once and in order, also past kill -9 in the outage and in the flush', async () => {
    const { server, redis, give, queued, kept, place } = await openPlace();
    const first = give(0, 300);
    await first.says(/^20 queue$/m, { timeoutMs: 30_000 });
    const begun = Date.now();
    await server.crash();
    await first.says(/^299 disk$/m, { timeoutMs: 30_000 });
    await first.kill();
    const second = give(300, 500);
    await second.says(/^499 disk$/m, { timeoutMs: 30_000 });
    await delay(Math.max(0, outageMs - (Date.now() - begun)));
    await server.back();
    await eventually(async () => (await queued()).length > 60, { timeoutMs: 30_000 });
    await second.kill();
    give(0, 0);
    await eventually(async () => (await kept()).length === 0, { timeoutMs: 30_000 });
    expect(await queued()).toEqual(upTo(500));
    const { handler, runs } = sweeper();
    await startHost(place, [handler]);
    const done = () => redis.zcard(`${prefix}:bull:pipeline:completed`);
    await eventually(async () => (await done()) === 500, { timeoutMs: 30_000 });
    expect(runs.map(({ tick }) => Number(tick)).toSorted((a, b) => a - b)).toEqual(upTo(500));
    // Three processes begin one after the other, and each order is synced twice: on a busy machine that is more than a minute.
  }, 180_000);

  it('is told as expired when its time is over before Redis is back, and is never run', async () => {
    const { server, redis, clock, jobs, back } = await openSink();
    await server.crash();
    const now = clock.now();
    expect(await jobs.add(silence)).toEqual({ kept: 'disk', until: now + 60_000 });
    clock.advance(60_001);
    await back();
    await jobs.flush();
    expect(await redis.exists(`${prefix}:bull:services:s-1`)).toBe(0);
    const [id = ''] = await redis.lrange(`${prefix}:bull:report.console:wait`, 0, -1);
    const { body } = JSON.parse((await redis.hget(`${prefix}:bull:report.console:${id}`, 'data')) ?? '');
    expect(body).toMatchObject({ about: 'c-1', final: true, steps: [{ state: 'expired' }] });
  });

  it('that expired is told through whatever notes the ends of orders', async () => {
    const { server, clock, jobs, back } = await openSink();
    await server.crash();
    await jobs.add(silence);
    clock.advance(60_001);
    await back();
    const told: unknown[] = [];
    await jobs.flush((sink) => ({
      add: (order) => {
        told.push(order.body);
        return sink.add(order);
      },
    }));
    expect(told).toMatchObject([{ about: 'c-1', final: true }]);
  });

  it('that can be called off is known by its use of a command, as any other', async () => {
    const { server, redis, clock, jobs, place, back } = await openSink();
    await server.crash();
    await jobs.add(silence);
    await back();
    await jobs.flush();
    const { cancel } = createCanceller({ redis, jobs, clock }, place);
    expect(await cancel('c-1', 'discord:1')).toBe('cancelled');
  });

  it('that had arrived after all is not told as expired, however late it is looked at', async () => {
    const { server, redis, clock, jobs, outbox, back } = await openSink();
    expect(await jobs.add(silence)).toEqual({ kept: 'queue' });
    await server.crash();
    expect(await jobs.add(silence)).toMatchObject({ kept: 'disk' });
    clock.advance(60_001);
    await back();
    await jobs.flush();
    expect([outbox.count, await redis.exists(`${prefix}:bull:report.console:wait`)]).toEqual([0, 0]);
  });

  it('is refused with OUTBOX_FULL beyond the bound, and those before it are kept', async () => {
    const { server, jobs, outbox, back } = await openSink({ maxCount: 2 });
    await server.crash();
    await jobs.add(sweep('o-1'));
    await jobs.add(sweep('o-2'));
    await expect(jobs.add(sweep('o-3'))).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
    await back();
    await jobs.flush();
    expect(outbox.count).toBe(0);
    expect(await jobs.add(sweep('o-3'))).toEqual({ kept: 'queue' });
  });

  it('that cannot be read or is refused for good holds up no other, is a fault, and lies aside', async () => {
    const { server, redis, faults, folder, jobs, spool, outbox, back } = await openSink();
    const codes: string[] = [];
    faults.listen(({ kind }) => codes.push(kind.code));
    await server.crash();
    await spool.append('{"name": "no.such.job"}');
    await jobs.add({ ...silence, id: 'a:b' });
    await jobs.add(sweep('good'));
    await back();
    await jobs.flush();
    expect([outbox.count, outbox.aside, codes]).toEqual([0, 2, ['ORDERS_SET_ASIDE', 'ORDERS_SET_ASIDE']]);
    expect(await redis.exists(`${prefix}:bull:pipeline:good`)).toBe(1);
    const [file = ''] = await readdir(folder);
    expect(await readFile(join(folder, file), 'utf8')).toMatch(/^\{"name": "no.such.job"\}\n.*"a:b".*\n$/);
    const [id = ''] = await redis.lrange(`${prefix}:bull:report.console:wait`, 0, -1);
    const { body } = JSON.parse((await redis.hget(`${prefix}:bull:report.console:${id}`, 'data')) ?? '');
    expect(body).toMatchObject({ about: 'c-1', final: true, steps: [{ state: 'failed' }] });
  });

  it('whose line lost only its newline is put in, and a torn one is told and lies aside', async () => {
    const { server, redis, faults, jobs, spool, folder, outbox, back } = await openSink();
    const messages: string[] = [];
    faults.listen(({ message }) => messages.push(message));
    await server.crash();
    for (const id of ['whole', 'torn']) {
      await jobs.add(sweep(id));
      await spool.close();
    }
    for (const file of await readdir(folder)) {
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      await truncate(path, text.length - (text.includes('whole') ? 1 : 9));
    }
    await outbox.adopt();
    await back();
    await jobs.flush();
    const ids = await redis.lrange(`${prefix}:bull:pipeline:wait`, 0, -1);
    expect([ids, outbox.count, outbox.aside]).toEqual([['whole'], 0, 1]);
    expect(messages).toEqual(['an order on disk: torn, or no JSON']);
  });

  it('is told by the link of the outbox: how many wait and since when, and how many lie aside', async () => {
    const { server, clock, spool, outbox, jobs, back } = await openSink();
    const link = new Link({ name: 'outbox', hard: false, clock });
    const courier = new OutboxCourier({ outbox, jobs, clock: systemClock, logger: silentLogger, link });
    await server.crash();
    await spool.append('no JSON');
    await jobs.add(sweep('o-1'));
    onTestFinished(() => courier.stop());
    await courier.start();
    await eventually(() => link.status().state === 'down');
    expect(link.status().detail).toMatch(/^2 jobs on disk, the oldest for \d+ s$/);
    await back();
    await eventually(() => link.status().state === 'up');
    expect(link.status().detail).toBe('1 job set aside, in *.bad beside it');
  });

  it('stays on disk when Redis goes away again in the middle of a flush', async () => {
    const { server, jobs, outbox } = await openSink();
    await server.crash();
    await jobs.add(sweep('o-1'));
    await expect(jobs.flush()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(outbox.count).toBe(1);
  });
});
