// Schedules over the real queue: replicas, crash loops, a kill at the tick, and jobs that somebody removes.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { GasSchedule } from '../../../src/pipeline/schedule.ts';
import { bindHandler } from '../../../src/queue/index.ts';
import { bundled } from '../../support/bundle.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { type Place, producer } from './rig.ts';
import { startHost } from './started-host.ts';

/** A host that notes each tick as it runs. */
async function countTicks(place: Place): Promise<string[]> {
  const ticks: string[] = [];
  const handler = bindHandler({
    name: 'gas.tick',
    run: async ({ tick }) => void ticks.push(tick),
    dead: () => Promise.resolve(),
  });
  const sweeps = bindHandler({
    name: 'pipeline.sweep',
    run: async () => undefined,
    dead: async () => undefined,
  });
  await startHost(place, [handler, sweeps]);
  return ticks;
}

describe('ticks of a schedule', () => {
  it('F26 come once each, with two replicas, a third in a crash loop, and one that is killed at the tick', {
    timeout: 180_000,
  }, async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const ticks = await countTicks(place);
    const script = await bundled(fileURLToPath(new URL('./fixtures/schedule-process.ts', import.meta.url)));
    const children = new Set<ChildProcess>();
    const open = () => {
      const child = spawn(process.execPath, [script, redisUrl, prefix], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.add(child);
      return child;
    };
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    const first = open();
    open();
    await eventually(() => ticks.length >= 2, { timeoutMs: 60_000 });
    for (let restart = 0; restart < 20; restart += 1) {
      const crashing = open();
      await systemClock.sleep(500);
      crashing.kill('SIGKILL');
    }
    const before = ticks.length;
    await eventually(() => ticks.length > before, { timeoutMs: 60_000 });
    // that tick came this moment
    first.kill('SIGKILL');
    const atKill = ticks.length;
    await eventually(() => ticks.length >= atKill + 4, { timeoutMs: 60_000 });
    const seconds = ticks.map((tick) => Date.parse(tick) / 1_000).toSorted((a, b) => a - b);
    expect(new Set(seconds).size).toBe(seconds.length);
    const from = seconds[0] ?? 0;
    expect(seconds).toEqual(seconds.map((_, i) => from + i));
  });

  it('G6 are put back when somebody removes their jobs, and a fault is raised', { timeout: 120_000 }, async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const jobs = producer({ redis, redisUrl, prefix });
    const faults = new Faults();
    const said: string[] = [];
    faults.listen(({ code, message }) => said.push(`${code} ${message}`));
    const schedule = new GasSchedule(
      { jobs, clock: systemClock, logger: silentLogger, look: jobs.look, faults },
      {
        schedules: [{ name: 'pulse', cron: '*/10 * * * * *', to: 'A', text: 'go on' }],
        sweepCron: '0 0 1 1 *',
        ...{ watchEveryMs: 100, lateMs: 500 },
      },
    );
    onTestFinished(() => schedule.stop());
    await schedule.start();
    const queue = new Queue('pipeline', {
      connection: redis,
      prefix: `${prefix}:bull`,
      skipWaitingForReady: true,
    });
    onTestFinished(() => queue.close());
    const waiting = async () => (await queue.getWaiting()).find(({ name }) => name === 'gas.tick');
    const removed = await eventually(waiting, { timeoutMs: 30_000 });
    await removed?.remove();
    const again = await eventually(async () => queue.getJob(removed?.id ?? ''), { timeoutMs: 30_000 });
    expect(again?.data.body.tick).toBe(removed?.data.body.tick);
    expect(said.filter((text) => text.startsWith('TICK_MISSED pulse'))).toHaveLength(1);
  });
});
