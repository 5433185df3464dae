// What one record in Redis that nobody can read may keep back: itself, and nothing else.
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect } from 'vitest';
import type { Gas } from '../../../src/contracts/agents.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { newDelivery } from '../../../src/pipeline/delivery.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { gas } from '../../unit/pipeline/gas.ts';
import { it, type Rig } from './rig.ts';

const torn = '3 {"agent":';
const agentsOf = ({ pipeline }: Rig) => pipeline.directory.agents();

describe('a run that cannot be read', () => {
  it('is the problem of its agent alone', async ({ rig, redis, prefix }) => {
    await redis.hset(`${prefix}:gas:runs`, 'A', torn);
    await rig.write('B', { progress: 40 });
    await rig.pipeline.work.sweep();
    expect(await agentsOf(rig)).toMatchObject([
      { agent: 'A', seenAt: null, problem: 'its record in Redis cannot be read', isUnreadable: true },
      { agent: 'B', percent: 40, problem: null },
      { agent: 'C', problem: null },
    ]);
  });

  it('is not overwritten by the next status, which would fire its checkpoints again', async ({
    rig,
    redis,
    prefix,
  }) => {
    await redis.hset(`${prefix}:gas:runs`, 'A', torn);
    await rig.write('A', { progress: 80 });
    await rig.pipeline.work.sweep();
    await expect(rig.pipeline.observe('A', '{"progress": 80}', Date.now())).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
    });
    expect(await redis.hget(`${prefix}:gas:runs`, 'A')).toBe(torn);
    expect(rig.jobs.orders).toEqual([]);
  });
});

describe('a delivery that cannot be read', () => {
  it('is counted, and the others are listed', async ({ rig, redis, prefix }) => {
    await rig.pipeline.observe('A', '{"progress": 100}', Date.now());
    const [newest] = (await rig.pipeline.directory.deliveries(1)).deliveries;
    const withoutVersion = JSON.stringify(newest);
    await redis.hset(`${prefix}:gas:deliveries`, newest?.gas.id ?? '', withoutVersion);
    expect(await rig.pipeline.directory.deliveries(9)).toMatchObject({
      deliveries: [{ gas: { checkpoint: 90 } }, { gas: { checkpoint: 75 } }],
      unreadable: 1,
    });
  });

  it('keeps no other from being swept', async ({ rig, redis, prefix }) => {
    rig.jobs.failNext = 1;
    await rig.pipeline.observe('A', '{"progress": 100}', Date.now()).catch(() => undefined);
    const oldest = (await rig.pipeline.directory.deliveries(9)).deliveries.at(-1);
    await redis.hset(`${prefix}:gas:deliveries`, oldest?.gas.id ?? '', torn);
    await rig.twin.work.sweep();
    expect(rig.jobs.of('gas.deliver')).toHaveLength(2);
  });

  it('keeps no other from being acknowledged, and is acknowledged when it was mended', async ({
    rig,
    redis,
    prefix,
  }) => {
    await rig.pipeline.observe('A', '{"progress": 90}', Date.now());
    const { deliveries } = await rig.pipeline.directory.deliveries(9);
    const hash = `${prefix}:gas:deliveries`;
    const id = deliveries.at(-1)?.gas.id ?? '';
    const record = (await redis.hget(hash, id)) ?? '';
    for (const delivery of deliveries) await laidDown(rig, delivery.gas);
    await redis.hset(hash, id, torn);
    await rig.pipeline.work.sweep();
    expect(await rig.pipeline.ledger.state(deliveries[0]?.gas.id ?? '')).toBe('accepted');
    await redis.hset(hash, id, record);
    await rig.pipeline.work.sweep();
    expect(await rig.pipeline.ledger.state(id)).toBe('accepted');
  });

  it('is logged once, and again when it broke anew', async ({ redis, prefix }) => {
    const lines: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (fields: unknown) => void lines.push(fields),
      child: () => logger,
    };
    const store = createGasStore({ redis, logger }, { prefix });
    const whole = newDelivery(gas({ id: 'one' }), '');
    await store.saveDelivery(await store.delivery('one'), whole);
    const hash = `${prefix}:gas:deliveries`;
    const record = (await redis.hget(hash, 'one')) ?? '';
    for (const text of [torn, torn, record, torn]) {
      await redis.hset(hash, 'one', text);
      await store.openDeliveries();
    }
    expect(lines).toHaveLength(2);
  });
});

/** Into the inbox of B, and on to its done/. */
async function laidDown({ pipeline, path }: Rig, letter: Gas) {
  const { where } = await pipeline.inbox.deliver(letter);
  await rename(where, path('B', 'inbox', 'done', basename(where)));
}
