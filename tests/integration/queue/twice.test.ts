// F27: the same thing comes twice, and is done once.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { createFileInbox } from '../../../src/pipeline/inboxes/file-inbox.ts';
import { Child } from '../../support/child.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createLaneHost, gasFor } from './lane-rig.ts';
import { ended, producer, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

const script = fileURLToPath(new URL('./fixtures/blocked-worker.ts', import.meta.url));

describe('F27', () => {
  it('one order given by two processes at the same moment is one effect, and both get the same answer', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    await startHost(place, [handler]);
    const both = await Promise.all([producer(place), producer(place)].map((jobs) => jobs.add(sweep('j-1'))));
    expect(both).toEqual([{ kept: 'queue' }, { kept: 'queue' }]);
    await ended(place, 'j-1');
    expect(await producer(place).add(sweep('j-1'))).toEqual({ kept: 'queue' });
    await producer(place).add(sweep('j-2', 'last'));
    await ended(place, 'j-2');
    expect(runs).toEqual([{ tick: 'now' }, { tick: 'last' }]);
  });

  it('gas whose worker stood still for 6 s, twice its lock, is run by two and lies in the inbox once', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const folder = await mkdtemp(join(tmpdir(), 'swarmline-twice-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const args = ['--import', 'tsx', script, redisUrl, prefix, folder];
    const blocked = new Child({ program: process.execPath, args, env: { PATH: process.env['PATH'] } });
    onTestFinished(() => blocked.kill());
    await blocked.says(/ready/, { timeoutMs: 30_000 });
    await producer(place).add(gasFor('A', 1));
    await blocked.says(/begun/);
    const inbox = createFileInbox({ folder });
    let runs = 0;
    const host = createLaneHost(place, async (gas) => {
      await inbox.deliver(gas, new AbortController().signal);
      runs += 1;
      return 'does';
    });
    onTestFinished(() => host.stop());
    await host.start();
    await eventually(() => runs === 1, { timeoutMs: 20_000 });
    await blocked.says(/delivered/, { timeoutMs: 20_000 });
    expect([await ended(place, 'g-A-1', 'gas'), runs, (await readdir(folder)).length]).toEqual([
      'completed',
      1,
      1,
    ]);
    expect(await redis.zcard(`${prefix}:bull:gas:failed`)).toBe(0);
  });
});

it('F28 a job of ten megabytes is refused before it is in the queue, and the next one is taken', async ({
  redis,
  redisUrl,
  prefix,
}) => {
  const jobs = producer({ redis, redisUrl, prefix });
  const large = { ...sweep('large'), body: { tick: 'x'.repeat(10_000_000) } };
  await expect(jobs.add(large)).rejects.toMatchObject({
    code: 'JOB_INVALID',
    message: 'pipeline.sweep large: 10000011 bytes, at most 1000000',
  });
  expect(await redis.exists(`${prefix}:bull:pipeline:large`)).toBe(0);
  expect(await jobs.add(sweep('small'))).toEqual({ kept: 'queue' });
});
