// Gas of which a try may have been handed over to an inbox that cannot be asked, and whose later tries were all refused: what
// is told of it, also where Redis could not take that doubt, or the process died. On a real Redis, with a real webhook.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { DeliveryLedger } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { inboxSchema } from '../../../src/pipeline/inboxes/config.ts';
import { createPipeline } from '../../../src/pipeline/index.ts';
import { createInboxTable } from '../../../src/queue/inbox-table.ts';
import { bindHandler, makeDeliverGas } from '../../../src/queue/index.ts';
import { it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { type Place, smuggle } from './rig.ts';
import { startHost } from './started-host.ts';

const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'away on purpose'));
const doubtIn = ({ redis, prefix }: Place) => createInboxTable(redis, { prefix, instance: 'other' });

/** Takes one request and breaks off; from then on nobody listens. */
async function startBreaking(): Promise<string> {
  const server = createServer((socket) => {
    socket.once('data', () => {
      server.close();
      socket.resetAndDestroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}

/** One gas to a webhook, and its job of three tries, one right after the other. */
async function openScene(place: Place, url: string) {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-doubt-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  const jobs = { add: async () => ({ kept: 'queue' }) as const };
  const { ledger, inbox, work, directory } = createPipeline(
    { redis: place.redis, jobs, clock: systemClock, logger: silentLogger },
    {
      prefix: place.prefix,
      agents: [{ id: 'A', inbox: inboxSchema.parse({ kind: 'webhook', url, secretFile }) }],
      chain: { chain: ['A'], end: 'stop', schedules: [] },
      ackTimeoutMs: 86_400_000,
      reportTo: [],
    },
  );
  await work.scheduled({ schedule: 's', to: 'A', text: 'Go on.', tick: '2026-01-02T03:00:00.000Z' });
  const gas = (await directory.deliveries(1)).deliveries[0]?.gas;
  if (!gas) throw new Error('there is no gas');
  const at = Date.now();
  const origin = { causationId: null, issuedAt: at, deadline: at + 600_000, principal: 'system:test' };
  const envelope = { v: 1, id: 'j-1', correlationId: gas.id, ...origin };
  /** Has a worker run it to its end. @param broken what of the ledger does not work until it is told that it has failed */
  const run = async (broken: Partial<Pick<DeliveryLedger, 'state' | 'record'>> = {}) => {
    const parts = { ...ledger, ...broken };
    const handler = makeDeliverGas({ ledger: parts, inbox });
    const told = createGate();
    const dead: typeof handler.dead = async (...death) => {
      Object.assign(parts, ledger);
      await handler.dead(...death);
      told.open();
    };
    await startHost(place, [bindHandler({ ...handler, dead })]);
    await smuggle(place, { queue: 'gas', name: 'gas.deliver', id: 'j-1', data: { envelope, body: { gas } } });
    await told.passed;
    return ledger.state(gas.id);
  };
  return { gas, run, ledger };
}

describe('gas whose last try was refused', () => {
  const refused = 'http://127.0.0.1:2/';

  it('has failed where all were', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { run, gas } = await openScene(place, refused);
    expect(await run()).toBe('failed');
    expect(await doubtIn(place).isDoubted(gas.id)).toBe(false);
  });

  it('has failed also where a try met a fault before it began to hand it over', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { run, ledger } = await openScene({ redis, redisUrl, prefix }, refused);
    let looks = 0;
    const state: DeliveryLedger['state'] = (id) => {
      looks += 1;
      return looks === 1 ? away() : ledger.state(id);
    };
    expect([await run({ state }), looks]).toEqual(['failed', 3]);
  });

  it('is unknown where the first was cut off, though nobody could note that until the end', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { run } = await openScene({ redis, redisUrl, prefix }, await startBreaking());
    expect(await run({ record: away })).toBe('unknown');
  });

  it('is unknown where a process died over it, also in another job of it', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { run, gas } = await openScene(place, refused);
    // As a process that was killed at any moment from there on.
    await doubtIn(place).begin('j-0', undefined, gas.id);
    expect(await run()).toBe('unknown');
  });
});
