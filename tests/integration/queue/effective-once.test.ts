// At least once below, effective once above: processes that are killed in the middle of a handler, a hundred times.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { bindHandler, createQueueDesk, makeChatReport } from '../../../src/queue/index.ts';
import { bundled } from '../../support/bundle.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { makeRandom } from '../../support/random.ts';
import { keepRunning } from '../../support/respawn.ts';
import { type Place, producer, sweep } from './rig.ts';
import { startHost } from './started-host.ts';

const kills = 100;
const processes = 5;
const seed = Number(process.env['SWARMLINE_SEED'] ?? Math.floor(Math.random() * 1e6));

/** Worker processes that are killed in the middle of the first run of each job, and started anew. */
function openFleet({ redisUrl, prefix }: Place, script: string) {
  const random = makeRandom(seed);
  const killed = new Set<string>();
  keepRunning(processes, () => {
    const child = spawn(process.execPath, [script, redisUrl, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (bytes: Buffer) => {
      for (const [, tick = ''] of String(bytes).matchAll(/begun (\S+)/g)) {
        killed.add(tick);
        setTimeout(() => child.kill('SIGKILL'), random() * 40);
      }
    });
    return child;
  });
  return killed;
}

describe('kill -9 in the middle of a handler', () => {
  it('G2 a hundred times has a hundred effects', { timeout: 340_000 }, async ({
    redis,
    redisUrl,
    prefix,
    annotate,
  }) => {
    await annotate(`SWARMLINE_SEED=${seed}`);
    const place = { redis, redisUrl, prefix };
    const effects: string[] = [];
    const report = async ({ about }: { readonly about: string }) => void effects.push(about);
    const handler = makeChatReport({
      clock: systemClock,
      logger: silentLogger,
      sinks: { console: { report } },
      approvals: { shown: async () => undefined },
    });
    await startHost(place, [bindHandler(handler)], { queues: { 'report.console': 1 } });
    const jobs = producer(place);
    for (let i = 0; i < kills; i += 1) await jobs.add(sweep(`j-${i}`, `t-${i}`));
    const killed = openFleet(
      place,
      await bundled(fileURLToPath(new URL('./fixtures/effect-worker.ts', import.meta.url))),
    );
    const completed = () => redis.zcard(`${prefix}:bull:pipeline:completed`);
    await eventually(async () => (await completed()) === kills && effects.length >= kills, {
      timeoutMs: 300_000,
    });
    expect(killed.size).toBe(kills);
    expect(effects.toSorted()).toEqual(Array.from({ length: kills }, (_, i) => `t-${i}`).toSorted());
    const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
    onTestFinished(() => desk.close());
    expect((await desk.deadLetters(0)).total).toBe(0);
  });
});
