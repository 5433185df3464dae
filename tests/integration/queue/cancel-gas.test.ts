// Gas that is called off: while it waits, while it is laid down, and too late.
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { deliveryJobId } from '../../../src/contracts/ids.ts';
import type { AgentInbox } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createPipeline } from '../../../src/pipeline/index.ts';
import { bindHandler, createCanceller, makeDeliverGas } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createHost, ended, type Place, producer } from './rig.ts';
import { startHost } from './started-host.ts';

describe('gas that is called off', () => {
  /** A pipeline of one agent with one delivery, whose job waits. */
  async function openDelivery(place: Place) {
    const folder = await mkdtemp(join(tmpdir(), 'swarmline-cancel-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const jobs = producer(place);
    onTestFinished(() => jobs.close());
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    const { ledger, inbox, work, callOff } = createPipeline(
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
    const canceller = createCanceller({ redis: place.redis, jobs, clock, ledger, callOff }, place);
    const waiting = () => place.redis.zcard(`${place.prefix}:bull:gas:prioritized`);
    const later = (ms: number) => {
      ahead += ms;
    };
    /** As a worker leaves it that is killed between laying it down and saying so. */
    const layDown = async () => {
      const gas = (await ledger.find(id))?.gas;
      return gas && inbox.deliver(gas);
    };
    return {
      id,
      folder,
      ledger,
      inbox,
      work,
      canceller,
      waiting,
      later,
      layDown,
      files: () => readdir(folder),
    };
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
    await startHost(place, [bindHandler(makeDeliverGas(scene))]);
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

  it('is taken back where a killed worker laid it down and could not say so', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const scene = await openDelivery({ redis, redisUrl, prefix });
    await scene.layDown();
    expect((await scene.files()).length).toBe(1);
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('cancelled');
    expect([await scene.ledger.state(scene.id), await scene.files()]).toEqual(['suppressed', []]);
  });

  it('too late is gas that its agent has taken, though no worker has said that it lies there', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const scene = await openDelivery({ redis, redisUrl, prefix });
    const { where = '' } = (await scene.layDown()) ?? {};
    await mkdir(join(scene.folder, 'done'));
    await rename(where, join(scene.folder, 'done', basename(where)));
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('too-late');
    expect(await scene.ledger.state(scene.id)).toBe('accepted');
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
    await startHost(place, [bindHandler(makeDeliverGas({ ledger: scene.ledger, inbox }))]);
    await begun.passed;
    expect(await scene.canceller.cancel(scene.id, 'cli:local')).toBe('cancelled');
    end.open();
    await ended(place, deliveryJobId(scene.id, 0), 'gas');
    expect([await scene.ledger.state(scene.id), await scene.files()]).toEqual(['suppressed', []]);
  });
});
