// A job that is called off: before it began, while it runs, too late, and by another process than the one that has it.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { Report } from '../../../src/contracts/chat.ts';
import type { RestartOutcome } from '../../../src/contracts/services.ts';
import { deliveryJobId } from '../../../src/contracts/ids.ts';
import type { AgentInbox, ServiceControl } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createPipeline } from '../../../src/pipeline/index.ts';
import {
  bindHandler,
  createCanceller,
  makeDeliverGas,
  makeRestartService,
} from '../../../src/queue/index.ts';
import { Queue } from 'bullmq';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createHost, ended, type Place, producer, sweep, sweeper } from './rig.ts';

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

const ready: RestartOutcome = { state: 'ready', oldIncarnation: 'a', incarnation: 'b', tookMs: 1 };

function openScene(place: Place, control: ServiceControl = { restart: async () => ready }) {
  const { redis, prefix } = place;
  const jobs = producer(place);
  onTestFinished(() => jobs.close());
  const handler = bindHandler(
    makeRestartService(
      { redis, jobs, clock: systemClock, control, authority: { allows: async () => true } },
      { prefix, deadlineMs: 30_000, reachesAll: false },
    ),
  );
  const { cancel } = createCanceller({ redis, jobs, clock: systemClock }, { prefix });
  const work = async () => {
    const host = createHost(place, [handler], { jobs });
    onTestFinished(() => host.stop());
    await host.start();
    return host;
  };
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
  /** A pipeline of one agent with one delivery, whose job waits. */
  async function openDelivery(place: Place) {
    const folder = await mkdtemp(join(tmpdir(), 'swarmline-cancel-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const jobs = producer(place);
    onTestFinished(() => jobs.close());
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    const { ledger, inbox, work } = createPipeline(
      { redis: place.redis, jobs, clock, logger: silentLogger, look: jobs.look },
      {
        prefix: place.prefix,
        agents: [{ id: 'A', statusFile: join(folder, 'status.json'), inbox: folder }],
        chain: { chain: ['A'], end: 'stop', schedules: [] },
        ackTimeoutMs: 86_400_000,
        reportTo: [{ surface: 'console', place: 'main' }],
      },
    );
    await work.scheduled({ schedule: 's', to: 'A', text: 'Go on.', tick: '2026-01-02T03:00:00.000Z' });
    const [id = ''] = await place.redis.hkeys(`${place.prefix}:gas:deliveries`);
    const canceller = createCanceller({ redis: place.redis, jobs, clock, ledger }, place);
    const waiting = () => place.redis.zcard(`${place.prefix}:bull:gas:prioritized`);
    const later = (ms: number) => {
      ahead += ms;
    };
    return { id, ledger, inbox, work, canceller, waiting, later, files: () => readdir(folder) };
  }

  it('is gas that waits: nobody gets it, and no sweep gives it to the queue anew', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const scene = await openDelivery({ redis, redisUrl, prefix });
    expect([await scene.waiting(), await scene.canceller.knows(scene.id)]).toEqual([1, true]);
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('cancelled');
    expect([await scene.ledger.state(scene.id), await scene.waiting()]).toEqual(['suppressed', 0]);
    scene.later(600_000);
    await scene.work.sweep();
    expect(await scene.waiting()).toBe(0);
  });

  it('too late is gas that lies in the inbox', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openDelivery(place);
    const host = createHost(place, [bindHandler(makeDeliverGas(scene))]);
    onTestFinished(() => host.stop());
    await host.start();
    await eventually(async () => (await scene.ledger.state(scene.id)) === 'sent');
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('too-late');
    expect((await scene.files()).length).toBe(1);
  });

  it('too late is gas that lies in the inbox, but nobody lays it down once more', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openDelivery(place);
    const host = createHost(place, [bindHandler(makeDeliverGas(scene))]);
    await host.start();
    await eventually(async () => (await scene.ledger.state(scene.id)) === 'sent');
    await host.stop();
    scene.later(3_600_000);
    await scene.work.sweep();
    expect(await redis.exists(`${prefix}:bull:gas:${deliveryJobId(scene.id, 'try 2')}`)).toBe(1);
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('too-late');
    expect(await scene.waiting()).toBe(0);
    expect(await redis.exists(`${prefix}:bull:gas:${deliveryJobId(scene.id, 'try 2')}`)).toBe(0);
  });

  it('while it is being laid down is taken back', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openDelivery(place);
    const begun = createGate();
    const end = createGate();
    const inbox: AgentInbox = {
      ...scene.inbox,
      deliver: async (gas) => {
        begun.open();
        await end.passed;
        return scene.inbox.deliver(gas);
      },
    };
    const host = createHost(place, [bindHandler(makeDeliverGas({ ledger: scene.ledger, inbox }))]);
    onTestFinished(() => host.stop());
    await host.start();
    await begun.passed;
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('cancelled');
    end.open();
    await ended(place, deliveryJobId(scene.id, 0), 'gas');
    expect([await scene.ledger.state(scene.id), await scene.files()]).toEqual(['suppressed', []]);
  });

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
    const host = createHost(place, [handler]);
    onTestFinished(() => host.stop());
    await host.start();
    await scene.jobs.add(sweep('j-3', 'last'));
    await ended(place, 'j-3');
    expect(runs).toEqual([{ tick: 'last' }]);
  });
});
