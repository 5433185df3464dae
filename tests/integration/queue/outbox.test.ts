// Orders while Redis is away: kept on disk, put in once and in order when it is back, whoever is killed meanwhile.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { createCommandRedis, closeRedis } from '../../../src/core/redis.ts';
import { Child } from '../../support/child.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';
import { createHost, sweeper } from './rig.ts';

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
    const host = createHost(place, [handler]);
    onTestFinished(() => host.stop());
    await host.start();
    const done = () => redis.zcard(`${prefix}:bull:pipeline:completed`);
    await eventually(async () => (await done()) === 500, { timeoutMs: 30_000 });
    expect(runs.map(({ tick }) => Number(tick)).toSorted((a, b) => a - b)).toEqual(upTo(500));
  });
});
