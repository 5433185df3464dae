// kill -9 anywhere between the crossing of a checkpoint and its acknowledgement, a hundred times: each gas reaches its
// receiver once. Three processes see each crossing together, and one of them is killed. Most of a round is waiting for the
// locks of the dead, so two such fleets, strangers to each other, share the rounds.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { bundled } from '../../support/bundle.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { makeRandom } from '../../support/random.ts';
import { keepRunning } from '../../support/respawn.ts';

const kills = 100;
const fleets = 2;
const rounds = kills / fleets;
const processes = 3;
const seed = Number(process.env['SWARMLINE_SEED'] ?? Math.floor(Math.random() * 1e6));

/** Those that are ready now. */
function openFleet(start: () => ChildProcess) {
  const ready = new Set<ChildProcess>();
  keepRunning(processes, () => {
    const child = start();
    child.stdout?.on('data', () => ready.add(child));
    child.once('exit', () => ready.delete(child));
    return child;
  });
  return ready;
}

/** The receiver: moves what it finds to done/, and counts by name. */
function openReceiver(inbox: string) {
  const moved = new Map<string, number>();
  let last = Promise.resolve();
  const look = async () => {
    for (const name of (await readdir(inbox)).filter((one) => one.endsWith('.md') && !one.startsWith('.'))) {
      await rename(join(inbox, name), join(inbox, 'done', name));
      moved.set(name, (moved.get(name) ?? 0) + 1);
    }
  };
  const timer = setInterval(() => {
    last = last.then(look);
  }, 30);
  onTestFinished(async () => {
    clearInterval(timer);
    await last;
  });
  return moved;
}

interface Place {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly prefix: string;
}

/** Kills one of the fleet in the middle of each of so many rounds, and proves that each gas came once. */
async function killInEachRound({ redis, redisUrl, prefix }: Place, random: () => number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gas-kill-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const agent of ['A', 'B']) await mkdir(join(folder, agent, 'inbox', 'done'), { recursive: true });
  const script = await bundled(fileURLToPath(new URL('./fixtures/pipeline-process.ts', import.meta.url)));
  const moved = openReceiver(join(folder, 'B', 'inbox'));
  const ready = openFleet(() =>
    spawn(process.execPath, [script, redisUrl, prefix, folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const store = createGasStore({ redis, logger: silentLogger }, { prefix, keepClosed: 1_000 });
  const accepted = async () => {
    const { deliveries } = await store.recentDeliveries(1_000);
    return deliveries
      .filter(({ state }) => state === 'accepted')
      .map(({ gas }) => `${gas.epoch} ${gas.checkpoint}`);
  };
  for (let round = 0; round < rounds; round += 1) {
    await eventually(() => ready.size > 0);
    const draft = join(folder, 'A', 'draft');
    await writeFile(draft, JSON.stringify({ current_mission: `m-${round}`, progress: 100 }));
    await rename(draft, join(folder, 'A', 'status.json'));
    const atMs = Date.now() + random() * 80;
    const isKilled = () => {
      const [victim] = ready;
      if (victim === undefined || Date.now() < atMs) return false;
      ready.delete(victim);
      return victim.kill('SIGKILL');
    };
    await eventually(isKilled);
    // One death for each: a job that two processes in a row died of is put aside by the queue, and told.
    await eventually(async () => (await accepted()).length >= 3 * (round + 1));
  }
  const all = Array.from({ length: rounds }, (_, i) => [75, 90, 100].map((one) => `${i + 1} ${one}`)).flat();
  expect((await accepted()).toSorted()).toEqual(all.toSorted());
  expect([...moved.values()]).toEqual(Array.from({ length: 3 * rounds }, () => 1));
}

describe('kill -9 between crossing and acknowledgement', () => {
  it('H4 a hundred times lets each gas reach its receiver once', { timeout: 400_000 }, async ({
    redis,
    redisUrl,
    prefix,
    annotate,
  }) => {
    await annotate(`SWARMLINE_SEED=${seed}`);
    const run = (_: unknown, fleet: number) =>
      killInEachRound({ redis, redisUrl, prefix: `${prefix}:${fleet}` }, makeRandom(seed + fleet));
    // Also where one fails, the other comes to its end, and leaves nothing open.
    const ends = await Promise.allSettled(Array.from({ length: fleets }, run));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  });
});
