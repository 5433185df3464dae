// Lanes: one receiver's jobs in their order, and no receiver behind another.
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Child } from '../../support/child.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { print } from '../../support/measured.ts';
import { makeRandom } from '../../support/random.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createLaneHost, doneFor, gasFor } from './lane-rig.ts';
import { ended, type Place, producer } from './rig.ts';

const script = fileURLToPath(new URL('./fixtures/lane-worker.ts', import.meta.url));
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);

async function started(place: Place, fate: Parameters<typeof createLaneHost>[1]) {
  const host = createLaneHost(place, fate);
  onTestFinished(() => host.stop());
  await host.start();
  return host;
}

describe('jobs of one receiver', () => {
  it('run in the order they were given, whatever fails on the way and whoever is killed', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const seed = Number(process.env['SWARMLINE_SEED'] ?? Date.now() % 100_000);
    print(`lanes, seed ${seed}`);
    const random = makeRandom(seed);
    const receivers = ['A', 'B', 'C', 'D'];
    const perReceiver = 12;
    const worker = (nr: number) => {
      const args = ['--import', 'tsx', script, redisUrl, prefix, String(seed + nr)];
      const child = new Child({ program: process.execPath, args, env: { PATH: process.env['PATH'] } });
      onTestFinished(() => child.kill());
      return child;
    };
    const workers = [worker(1), worker(2)];
    await Promise.all(workers.map((child) => child.says(/ready/, { timeoutMs: 30_000 })));
    const jobs = producer(place);
    const killAt = 3 + Math.floor(random() * 6);
    for (let nr = 0; nr < perReceiver; nr += 1) {
      for (const to of receivers) await jobs.add(gasFor(to, nr));
      if (nr === killAt) {
        await workers.shift()?.kill();
        workers.push(worker(3));
      }
    }
    for (const to of receivers) {
      const all = () => doneFor(place, to);
      await eventually(all, { timeoutMs: 40_000, accept: ({ length }) => length >= perReceiver });
      expect(await all()).toEqual(upTo(perReceiver));
    }
    await eventually(async () => (await redis.keys(`${prefix}:lane:*`)).length === 0);
  });

  it('wait while the first of them fails, and those of others do not', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    let mended = false;
    await started(place, async ({ to }) => (to === 'bad' && !mended ? 'fails' : 'does'));
    const jobs = producer(place);
    for (const nr of upTo(20)) await jobs.add(gasFor('bad', nr));
    for (const nr of upTo(5)) await jobs.add(gasFor('good', nr));
    await eventually(() => doneFor(place, 'good'), { accept: ({ length }) => length === 5 });
    expect(await doneFor(place, 'bad')).toEqual([]);
    mended = true;
    await eventually(() => doneFor(place, 'bad'), {
      timeoutMs: 30_000,
      accept: ({ length }) => length === 20,
    });
    expect(await doneFor(place, 'bad')).toEqual(upTo(20));
  });

  it('take one hand each, however many wait: a slow receiver leaves the others to the rest', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const gate = createGate();
    let atOnce = 0;
    let most = 0;
    await started(place, async ({ to }) => {
      if (to !== 'slow') return 'does';
      atOnce += 1;
      most = Math.max(most, atOnce);
      await gate.passed;
      atOnce -= 1;
      return 'does';
    });
    const jobs = producer(place);
    for (const nr of upTo(10)) await jobs.add(gasFor('slow', nr));
    for (const nr of upTo(10)) await jobs.add(gasFor('quick', nr));
    await eventually(() => doneFor(place, 'quick'), { accept: ({ length }) => length === 10 });
    gate.open();
    await eventually(() => doneFor(place, 'slow'), { accept: ({ length }) => length === 10 });
    expect(most).toBe(1);
  });

  it('run in the order they were given, also where one comes as the one before it ends', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    await started(place, () => Promise.resolve('does'));
    const jobs = producer(place);
    for (const at of upTo(50)) {
      // The second comes just as the first, which is done in no time, leaves.
      const given = [`A${at}`, `B${at}`, `A${at}`, `A${at}`].entries();
      for (const [nr, to] of given) await jobs.add(gasFor(to, nr));
      const done = await eventually(() => doneFor(place, `A${at}`), { accept: ({ length }) => length >= 3 });
      expect(done).toEqual([0, 2, 3]);
    }
  });

  it('go on when the one before them was removed, or ended without a word', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    await redis.rpush(`${prefix}:lane:gas:A`, 'gone-1', 'gone-2');
    await producer(place).add(gasFor('A', 0));
    await started(place, () => Promise.resolve('does'));
    expect(await ended(place, 'g-A-0', 'gas')).toBe('completed');
    expect(await redis.exists(`${prefix}:lane:gas:A`)).toBe(0);
  });

  it('are looked at a few times only while they wait', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const gate = createGate();
    await started(place, async () => {
      await gate.passed;
      return 'does';
    });
    const jobs = producer(place);
    for (const nr of upTo(30)) await jobs.add(gasFor('A', nr));
    const delayed = () => redis.zcard(`${prefix}:bull:gas:delayed`);
    await eventually(async () => (await delayed()) === 29);
    await systemClock.sleep(4_000);
    const fetched = await Promise.all(
      upTo(30).map(async (nr) => Number(await redis.hget(`${prefix}:bull:gas:g-A-${nr}`, 'ats'))),
    );
    // Once each, and the next in line again each 3 s.
    expect(fetched.reduce((sum, count) => sum + count, 0)).toBeLessThan(30 + 8);
    gate.open();
    await eventually(() => doneFor(place, 'A'), { accept: ({ length }) => length === 30 });
  });
});
