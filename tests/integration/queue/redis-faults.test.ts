// What is promised of an order when Redis is killed, loses power, or is frozen.
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Faults } from '../../../src/core/faults.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { Spool } from '../../../src/core/spool.ts';
import { createProducer, Outbox, OutboxCourier, WorkerHost } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { measured, print } from '../../support/measured.ts';
import { OwnServer } from '../../support/own-server.ts';
import { sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

const prefix = '{test}';
const pauseMs = Number(process.env['SWARMLINE_PAUSE_S'] ?? 6) * 1_000;
const freezeMs = Number(process.env['SWARMLINE_FREEZE_S'] ?? 3) * 1_000;

async function openRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-fault-'));
  const server = await OwnServer.start('redis-server', folder);
  onTestFinished(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const redis = createCommandRedis({ url: server.url, name: 'test' });
  onTestFinished(() => closeRedis(redis));
  await redis.ping();
  return { server, redis, folder, place: { redis, redisUrl: server.url, prefix } };
}

/** Gives orders, some at a time, until it is told to stop; notes those that Redis has taken. */
function load(jobs: ReturnType<typeof createProducer>, onTaken: (id: string) => void) {
  const stop = new AbortController();
  let next = 0;
  const giver = async () => {
    while (!stop.signal.aborted) {
      const id = `o-${next}`;
      next += 1;
      await jobs.add(sweep(id)).then(
        () => onTaken(id),
        () => delay(20),
      );
    }
  };
  const givers = Promise.all(Array.from({ length: 20 }, giver));
  return async () => {
    stop.abort();
    await givers;
  };
}

async function lost(redis: ReturnType<typeof createCommandRedis>, ids: readonly string[]) {
  const there = await Promise.all(ids.map((id) => redis.exists(`${prefix}:bull:pipeline:${id}`)));
  return ids.filter((_, i) => there[i] === 0);
}

describe('an order that Redis has taken', () => {
  it('F04 is there after Redis was killed under load, and the next is taken soon after it is back', async () => {
    const { server, redis } = await openRedis();
    const jobs = createProducer({ redis, clock: systemClock }, { prefix });
    onTestFinished(() => jobs.close());
    const taken: string[] = [];
    const end = load(jobs, (id) => taken.push(id));
    await eventually(() => taken.length > 500, { timeoutMs: 20_000 });
    await server.crash();
    await end();
    const before = [...taken];
    await server.back();
    await measured({ what: 'F04 first order after Redis is back', requiredMs: 1_000, withinMs: 15_000 }, () =>
      jobs.add(sweep('after')).then(() => true),
    );
    print(`F04 ${before.length} orders taken before the kill`);
    expect(await lost(redis, before)).toEqual([]);
  });

  it('F05 is there after a power cut that took all that was not synced', async () => {
    const { server, redis, folder } = await openRedis();
    const jobs = createProducer({ redis, clock: systemClock }, { prefix });
    onTestFinished(() => jobs.close());
    const log = join(folder, 'redis-server', 'appendonlydir');
    const file = join(log, (await readdir(log)).find((name) => name.endsWith('.incr.aof')) ?? '');
    const taken: string[] = [];
    for (let i = 0; i < 200; i += 1) {
      await jobs.add(sweep(`o-${i}`));
      taken.push(`o-${i}`);
    }
    // With appendfsync always what was answered was synced before: the cut takes whatever came after that.
    const { size: synced } = await stat(file);
    const end = load(jobs, () => undefined);
    await eventually(async () => (await stat(file)).size > synced + 100_000, { timeoutMs: 20_000 });
    await server.crash();
    await end();
    await truncate(file, synced);
    await server.back();
    await eventually(() => redis.ping());
    expect(await lost(redis, taken)).toEqual([]);
  });
});

it('F06 while Redis is frozen each order is answered in 2 s, and none is done twice afterwards', async () => {
  const { server, redis, folder, place } = await openRedis();
  const clock = systemClock;
  const logger = silentLogger;
  const owner = { name: 'me', isAlive: () => Promise.resolve(true) };
  const bounds = { folder: join(folder, 'outbox'), maxCount: 1_000, maxBytes: 1_000_000 };
  const outbox = new Outbox({
    spool: new Spool({ owner, clock }, bounds),
    clock,
    logger,
    faults: new Faults(),
  });
  const jobs = createProducer({ redis, clock, outbox }, { prefix });
  onTestFinished(() => jobs.close());
  const courier = new OutboxCourier({ outbox, jobs, clock, logger });
  onTestFinished(() => courier.stop());
  await courier.start();
  const { handler, runs } = sweeper();
  await startHost(place, [handler]);
  for (let i = 0; i < 20; i += 1) await jobs.add(sweep(`b-${i}`, `b-${i}`));
  await eventually(() => runs.length === 20);
  const pid = await server.pid();
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
  const frozenAt = Date.now();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const begun = performance.now();
      const { kept } = await jobs.add(sweep(`f-${i}`, `f-${i}`));
      return { kept, tookMs: performance.now() - begun };
    }),
  );
  const slowest = Math.max(...answers.map(({ tookMs }) => tookMs));
  print(`F06 slowest answer ${Math.round(slowest)} ms (required 2000 ms)`);
  expect(answers.map(({ kept }) => kept)).toEqual(answers.map(() => 'disk'));
  expect(slowest).toBeLessThan(10_000);
  await delay(Math.max(0, freezeMs - (Date.now() - frozenAt)));
  process.kill(pid, 'SIGCONT');
  await eventually(() => new Set(runs.map(({ tick }) => tick)).size === 40, { timeoutMs: 30_000 });
  await eventually(
    async () => outbox.count === 0 && (await redis.zcard(`${prefix}:bull:pipeline:completed`)) === 40,
  );
  expect(runs.map(({ tick }) => tick).toSorted()).toEqual(
    [...new Set(runs.map(({ tick }) => tick))].toSorted(),
  );
}, 120_000);

it('G5 idle workers fetch again after Redis was paused, as bullmq #4585 has them not do; meanwhile they are called down', async () => {
  const { server, place } = await openRedis();
  const { handler, runs } = sweeper();
  const link = new Link({ name: 'workers', hard: true, clock: systemClock });
  const host = new WorkerHost(
    {
      redis: place.redis,
      clock: systemClock,
      logger: silentLogger,
      link,
      faults: new Faults(),
      handlers: [handler],
    },
    { redisUrl: server.url, prefix, queues: { pipeline: 2 } },
  );
  onTestFinished(() => host.stop());
  await host.start();
  const pid = await server.pid();
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
  const pausedAt = Date.now();
  await eventually(() => link.status().state === 'down', { timeoutMs: 20_000 });
  await delay(Math.max(0, pauseMs - (Date.now() - pausedAt)));
  process.kill(pid, 'SIGCONT');
  const jobs = createProducer({ redis: place.redis, clock: systemClock }, { prefix });
  onTestFinished(() => jobs.close());
  await eventually(() => jobs.add(sweep('after')).then(() => true), { timeoutMs: 20_000 });
  const again = { what: 'G5 a job is run after the pause', requiredMs: 30_000, withinMs: 40_000 };
  await measured(again, () => runs.length === 1);
  await eventually(() => link.status().state === 'up', { timeoutMs: 20_000 });
}, 180_000);
