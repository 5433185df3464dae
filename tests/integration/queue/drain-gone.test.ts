// A drain and a job whose process was killed, and one whose process only stands still, with and without its connections.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { eventually, it } from '../../support/fixtures.ts';
import { openScene } from './hold-scene.ts';
import { ended, type Place, sweep } from './rig.ts';

/** A scene in which a process of its own has begun the job `j-1`, and no other takes from the queue. */
async function openBegun(place: Place, parts?: Parameters<typeof openScene>[2]) {
  const scene = await openScene(place, undefined, parts);
  const script = fileURLToPath(new URL('./fixtures/worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, place.redisUrl, place.prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += String(bytes);
  });
  await scene.jobs.add(sweep('j-1'));
  await eventually(() => said.includes('begun'));
  await scene.desk.pause('pipeline', 'console:local');
  return { ...scene, child };
}

/** What is told where the process of `j-1` has no connection to Redis. */
const drainedWithout =
  'drain of queue pipeline: no worker takes from it, and none holds a job of it; begun, and run again once workers take from it: pipeline.sweep j-1 (its process has had no connection to Redis for 6 s, and may go on if it is only halted or cut off)';

/** Its connections to Redis, by their ids there. */
async function connectionsOf({ pid }: Pick<ChildProcess, 'pid'>, { redis }: Pick<Place, 'redis'>) {
  const lines = String(await redis.client('LIST')).split('\n');
  return lines.flatMap((line) => (line.includes(`@${pid} `) ? (/^id=(\d+)/.exec(line)?.[1] ?? []) : []));
}

describe('a drain of a queue with a job', () => {
  for (const [whose, queues] of [
    ['a killed process', undefined],
    ['a killed process, which nobody puts back', { control: 1 }],
  ] as const) {
    it(`of ${whose} ends by itself, says that it will be run again, and it is`, async ({
      redis,
      redisUrl,
      prefix,
    }) => {
      const place = { redis, redisUrl, prefix };
      const scene = await openBegun(place);
      await scene.start(queues && { queues });
      scene.child.kill('SIGKILL');
      await scene.hold('drain');
      await eventually(() => scene.told.length === 1);
      expect([scene.told, (await scene.view())?.hold?.state]).toEqual([[drainedWithout], 'paused']);
      expect(scene.work.runs).toEqual([]);
      if (queues) await scene.start();
      await scene.hold('resume');
      expect([await ended(place, 'j-1'), scene.work.runs.length]).toEqual(['completed', 1]);
    });
  }

  it('of a halted process that Redis has cut off says that it may go on, as it does', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { child, hold, told, start } = await openBegun({ redis, redisUrl, prefix });
    await start();
    child.kill('SIGSTOP');
    // As a Redis does that starts anew.
    for (const id of await connectionsOf(child, { redis })) await redis.client('KILL', 'ID', id);
    expect(await connectionsOf(child, { redis })).toEqual([]);
    await hold('drain');
    await eventually(() => told.length === 1);
    expect(told).toEqual([drainedWithout]);
    child.kill('SIGCONT');
    await eventually(async () => (await connectionsOf(child, { redis })).length > 0);
  });

  it('of a process that stands still is not told as done', async ({ redis, redisUrl, prefix }) => {
    // Longer than a killed one is missed.
    const scene = await openBegun({ redis, redisUrl, prefix }, { drainMs: 12_000 });
    await scene.start();
    scene.child.kill('SIGSTOP');
    await scene.hold('drain');
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain(
      'not drained: 1 still run (begun, and held by no worker any more: pipeline.sweep j-1) after 12 s',
    );
  });
});
