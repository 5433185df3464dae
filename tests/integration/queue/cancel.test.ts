// A job that is called off: before it began, while it runs, too late, and by another process than the one that has it.
import { describe, expect, onTestFinished } from 'vitest';
import { createSentOrders } from '../../../src/bridge/index.ts';
import { RestartRecords, unsentRecord } from '../../../src/bridge/restart-record.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import type { RestartEnd } from '../../../src/contracts/services.ts';
import type { ServiceControl } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { bindHandler, createCanceller, makeRestartService } from '../../../src/queue/index.ts';
import { Queue } from 'bullmq';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { ended, type Place, producer, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

const order = (id: string, correlationId = 'corr-1') =>
  ({
    name: 'service.restart',
    ...{ id, correlationId, causationId: null, principal: 'discord:111' },
    body: {
      service: 'slam',
      mode: 'graceful',
      reason: 'asked by Alice',
      replyTo: { surface: 'discord', place: 'c-1' },
    },
  }) as const;

const ready: RestartEnd = {
  outcome: { state: 'ready', oldIncarnation: 'a', incarnation: 'b', tookMs: 1 },
  kept: Promise.resolve(),
};

function openScene(place: Place, control: ServiceControl = { restart: async () => ready }) {
  const { redis, prefix } = place;
  const jobs = producer(place);
  const orders = createSentOrders(redis, { prefix });
  onTestFinished(() => jobs.close());
  const handler = bindHandler(
    makeRestartService(
      { redis, jobs, orders, clock: systemClock, control, authority: { allows: async () => true } },
      { prefix, deadlineMs: 30_000, reachesAll: false },
    ),
  );
  const { cancel } = createCanceller({ redis, jobs, orders, clock: systemClock }, { prefix });
  const work = () => startHost(place, [handler], { jobs, orders });
  /** The newest report of the story. */
  const told = async (): Promise<Report | undefined> => {
    const queue = new Queue('report.discord', {
      connection: redis,
      prefix: `${prefix}:bull`,
      skipWaitingForReady: true,
    });
    const waiting = await queue.getWaiting();
    await queue.close();
    return waiting.map(({ data }): Report => data.body).toSorted((a, b) => b.seq - a.seq)[0];
  };
  return { jobs, cancel, work, told };
}

describe('an action that is called off', () => {
  it('before a worker took it is never done, and is told so', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const orders: string[] = [];
    const scene = openScene(place, {
      restart: async ({ id }) => {
        orders.push(id);
        return ready;
      },
    });
    await scene.jobs.add(order('j-1'));
    expect(await scene.cancel('corr-1', 'discord:222')).toBe('cancelled');
    expect(await redis.exists(`${prefix}:lane:services:slam`)).toBe(0);
    expect(await scene.told()).toMatchObject({
      final: true,
      text: 'slam: cancelled by discord:222; nothing was done',
      steps: [{ state: 'failed', detail: 'cancelled by discord:222' }],
    });
    // a second click on the old confirmation
    await scene.jobs.add(order('j-1'));
    await scene.work();
    expect([await ended(place, 'j-1', 'services'), orders]).toEqual(['completed', []]);
  });

  it('while it waits for its way out ends at once, in another process than the one that asked', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const scene = openScene(place, {
      restart: async (_order, _onProgress, signal) => {
        begun.open();
        await systemClock.sleep(60_000, signal);
        return ready;
      },
    });
    await scene.work();
    await scene.jobs.add(order('j-1'));
    await begun.passed;
    expect(await scene.cancel('corr-1', 'cli:local')).toBe('cancelling');
    expect(await ended(place, 'j-1', 'services')).toBe('completed');
    expect(await scene.told()).toMatchObject({
      final: true,
      steps: [{ state: 'queued' }, { state: 'failed', detail: 'cancelled by cli:local' }],
    });
  });

  it('once its order is out comes too late, and its true end is told', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const out = createGate();
    const end = createGate();
    const scene = openScene(place, {
      restart: async (_order, onProgress) => {
        await onProgress({ state: 'sent', at: systemClock.now(), detail: '' });
        out.open();
        await end.passed;
        return ready;
      },
    });
    await scene.work();
    await scene.jobs.add(order('j-1'));
    await out.passed;
    expect(await scene.cancel('corr-1', 'cli:local')).toBe('too-late');
    end.open();
    await ended(place, 'j-1', 'services');
    expect(await scene.told()).toMatchObject({
      final: true,
      steps: [{}, { state: 'sent' }, { state: 'ready' }],
    });
  });

  it('while nobody has confirmed its order comes too late, also after a crash', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = openScene(place);
    await scene.jobs.add(order('j-1'));
    // What a process leaves that is killed before RabbitMQ has answered it.
    await new RestartRecords(redis, prefix).save('j-1', { ...unsentRecord, phase: 'sending' });
    expect(await scene.cancel('corr-1', 'cli:local')).toBe('too-late');
    await scene.work();
    await ended(place, 'j-1', 'services');
    expect(await scene.told()).toMatchObject({
      final: true,
      steps: [{ state: 'queued' }, { state: 'ready' }],
    });
  });

  it('before its order went out, unconfirmed, is told as it really ended', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const records = new RestartRecords(redis, prefix);
    const begun = createGate();
    let runs = 0;
    const scene = openScene(place, {
      restart: async ({ id }, _onProgress, signal) => {
        runs += 1;
        if (runs > 1) return ready;
        begun.open();
        await systemClock.sleep(60_000, signal).catch(() => undefined);
        await records.save(id, { ...unsentRecord, phase: 'sending' });
        signal.throwIfAborted();
        return ready;
      },
    });
    await scene.work();
    await scene.jobs.add(order('j-1'));
    await begun.passed;
    expect(await scene.cancel('corr-1', 'cli:local')).toBe('cancelling');
    expect(await ended(place, 'j-1', 'services')).toBe('completed');
    expect(await scene.told()).toMatchObject({
      final: true,
      steps: [{ state: 'queued' }, { state: 'ready' }],
    });
    expect(runs).toBe(2);
  });

  it('in the very moment that its order goes out is told as it really ended', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    let runs = 0;
    const scene = openScene(place, {
      restart: async (_order, onProgress, signal) => {
        runs += 1;
        if (runs > 1) return ready;
        begun.open();
        await systemClock.sleep(60_000, signal).catch(() => undefined);
        await onProgress({ state: 'sent', at: systemClock.now(), detail: '' });
        signal.throwIfAborted();
        return ready;
      },
    });
    await scene.work();
    await scene.jobs.add(order('j-1'));
    await begun.passed;
    await scene.cancel('corr-1', 'cli:local');
    expect(await ended(place, 'j-1', 'services')).toBe('completed');
    expect(await scene.told()).toMatchObject({
      final: true,
      steps: [{}, { state: 'sent' }, { state: 'ready' }],
    });
    expect(runs).toBe(2);
  });

  it('while its process stops is off all the same in the next one', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const orders: string[] = [];
    const scene = openScene(place, {
      restart: async ({ id }, _onProgress, signal) => {
        orders.push(id);
        begun.open();
        if (id === 'j-1') await systemClock.sleep(60_000, signal);
        return ready;
      },
    });
    const first = await scene.work();
    await scene.jobs.add(order('j-1'));
    await begun.passed;
    const stopping = first.stop();
    await scene.cancel('corr-1', 'cli:local');
    await stopping;
    await scene.work();
    expect(await eventually(scene.told, { accept: (report) => report?.final === true })).toMatchObject({
      steps: [{}, { state: 'failed' }],
    });
    await scene.jobs.add(order('j-1'));
    await scene.jobs.add(order('j-2', 'corr-2'));
    expect([await ended(place, 'j-2', 'services'), orders]).toEqual(['completed', ['j-1', 'j-2']]);
  });

  it('after its end comes too late, and one that there never was is unknown', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = openScene(place);
    await scene.work();
    await scene.jobs.add(order('j-1'));
    await ended(place, 'j-1', 'services');
    expect([await scene.cancel('corr-1', 'a:b'), await scene.cancel('corr-2', 'a:b')]).toEqual([
      'too-late',
      'unknown',
    ]);
  });
});

describe('what nobody in chat asked for, and is called off', () => {
  it('is a job by its own id, and never a report', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const scene = openScene(place);
    const { handler, runs } = sweeper();
    await scene.jobs.add(sweep('j-1'));
    expect(await scene.cancel('j-1', 'cli:local')).toBe('cancelled');
    await scene.jobs.add(order('j-2'));
    await scene.cancel('corr-1', 'cli:local');
    const [report = ''] = await redis.lrange(`${prefix}:bull:report.discord:wait`, 0, -1);
    expect([report === '', await scene.cancel(report, 'cli:local')]).toEqual([false, 'unknown']);
    await startHost(place, [handler]);
    await scene.jobs.add(sweep('j-3', 'last'));
    await ended(place, 'j-3');
    expect(runs).toEqual([{ tick: 'last' }]);
  });
});
