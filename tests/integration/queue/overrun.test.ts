// A delivery whose run did not end in its time: what people read of it is what the inbox says, and never a guess.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { AgentInbox } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createPipeline } from '../../../src/pipeline/index.ts';
import { bindHandler, createQueueDesk, makeDeliverGas } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ended, type Place, producer } from './rig.ts';
import { startHost } from './started-host.ts';

const never = new Promise<never>(() => undefined);

/** A pipeline of one agent, whose inbox is what `around` makes of the real one. */
async function openScene(place: Place, around: (inbox: AgentInbox) => AgentInbox['deliver']) {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-overrun-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const jobs = producer(place);
  onTestFinished(() => jobs.close());
  const { ledger, inbox, work } = createPipeline(
    { redis: place.redis, jobs, clock: systemClock, logger: silentLogger, look: jobs.look },
    {
      prefix: place.prefix,
      agents: [{ id: 'A', statusFile: join(folder, 'status.json'), inbox: folder }],
      chain: { chain: ['A'], end: 'stop', schedules: [] },
      ackTimeoutMs: 3_600_000,
      reportTo: [],
    },
  );
  const deliver = around(inbox);
  const open = async () => {
    const door: AgentInbox = { ...inbox, deliver };
    await startHost(place, [bindHandler(makeDeliverGas({ ledger, inbox: door }))], {
      timeoutsMs: { 'gas.deliver': 50 },
    });
  };
  await work.scheduled({ schedule: 's', to: 'A', text: 'Go on.', tick: '2026-01-02T03:00:00.000Z' });
  const [id = ''] = await place.redis.hkeys(`${place.prefix}:gas:deliveries`);
  const state = () => ledger.state(id);
  return { open, state, files: () => readdir(folder), ledger, id };
}

describe('gas whose delivery does not end in its time', () => {
  it('is sent where it lies in the inbox all the same', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix }, (inbox) => async (gas) => {
      await inbox.deliver(gas);
      return never;
    });
    await scene.open();
    expect(await eventually(scene.state, { accept: (state) => state === 'sent' })).toBe('sent');
  });

  it('is unknown where it lies nowhere yet, and a redrive of its job lays it down once', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    let runs = 0;
    const place = { redis, redisUrl, prefix };
    const scene = await openScene(place, (inbox) => (gas) => {
      runs += 1;
      return runs === 1 ? never : inbox.deliver(gas);
    });
    await scene.open();
    expect(await eventually(scene.state, { accept: (state) => state === 'unknown' })).toBe('unknown');
    expect(await scene.files()).toEqual([]);
    const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
    onTestFinished(() => desk.close());
    const [letter] = (await desk.deadLetters(1)).letters;
    if (!letter) throw new Error('there is no dead letter');
    await desk.redrive(letter);
    expect(await ended(place, letter.id, 'gas')).toBe('completed');
    expect([await scene.state(), (await scene.files()).length]).toEqual(['sent', 1]);
  });

  it('that is unknown counts as accepted once its receiver says so', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix }, () => () => never);
    await scene.open();
    await eventually(scene.state, { accept: (state) => state === 'unknown' });
    await scene.ledger.record(scene.id, { state: 'accepted', detail: 'by its own word' });
    expect(await scene.state()).toBe('accepted');
  });
});
