// F36: hours of work in minutes. The platform's producer and workers at a fifth of what they can, with what the process
// holds meanwhile: memory, listeners, sockets. BENCH_MINUTES (default 30) is how long; it ends with 1 where a bound is broken.
// What is bounded is what lives after a collection: RSS tells as well what V8 has not given back to the system.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../src/core/clock.ts';
import { Faults } from '../src/core/faults.ts';
import { Link } from '../src/core/links.ts';
import { silentLogger } from '../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { bindHandler, createProducer, WorkerHost } from '../src/queue/index.ts';
import { text } from './queue-subject.ts';
import { startServer } from './servers.ts';
import { table, temporaryFolder } from './support.ts';

const minutes = Number(process.env['BENCH_MINUTES'] ?? 30);
const share = 0.2;
const tickMs = 100;
const sampleMs = 5_000;
/** What lives may grow by in ten minutes, MB. */
const mostSlope = 1;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const folder = await temporaryFolder();
const server = await startServer('redis-server', folder.path);
const redis = createCommandRedis({ url: server.url, name: 'bench' });
const jobs = createProducer({ redis, clock: systemClock }, { prefix: '{bench}', capacity: 1_000_000 });
let given = 0;
let done = 0;
const handler = bindHandler({
  name: 'gas.tick',
  run: async () => {
    done += 1;
  },
  dead: async () => undefined,
});
const link = new Link({ name: 'workers', hard: true, clock: systemClock });
const host = new WorkerHost(
  { redis, clock: systemClock, logger: silentLogger, link, faults: new Faults(), handlers: [handler] },
  { redisUrl: server.url, prefix: '{bench}', queues: { pipeline: 20 } },
);
await host.start();

const give = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () => {
      given += 1;
      const id = `s-${given}`;
      return jobs.add({
        ...({
          name: 'gas.tick',
          id,
          correlationId: id,
          causationId: null,
          principal: 'system:bench',
        } as const),
        body: { schedule: 'bench', to: 'Agent-1', text, tick: id },
      });
    }),
  );
const settled = async () => {
  while (done < given) await systemClock.sleep(20);
};
const full = await capacity();
const perTick = Math.max(1, Math.round((full * share * tickMs) / 1_000));

const first = held();
const begun = Date.now();
const samples: Sample[] = [];
while (Date.now() - begun < minutes * 60_000) {
  const next = Date.now() + tickMs;
  await give(perTick);
  if (Date.now() - begun >= samples.length * sampleMs) samples.push(sampleNow());
  await systemClock.sleep(Math.max(0, next - Date.now()));
}
await settled();
const last = held();
const late = samples.slice(Math.floor(samples.length / 3));
const slope = slopeOf(late, 'lives');

console.log(
  table([
    ['', 'soak', 'bound'],
    ['minutes', minutes.toFixed(0), ''],
    ['jobs, each run once', `${done} of ${given}`, ''],
    ['load', `${perTick * (1_000 / tickMs)}/s of ${Math.round(full)}/s`, ''],
    ['lives after a collection: begin, a third, end', alongOf('lives'), ''],
    ['slope of its last two thirds, per 10 min', `${slope.toFixed(2)} MB`, `${mostSlope} MB`],
    ['RSS: begin, a third, end', alongOf('rss'), ''],
    ['slope of its last two thirds, per 10 min', `${slopeOf(late, 'rss').toFixed(2)} MB`, ''],
    ['listeners, begin and end', `${first.listeners}, ${last.listeners}`, 'the same'],
    ['sockets, begin and end', `${first.sockets}, ${last.sockets}`, 'the same'],
  ]),
);
await host.stop();
await jobs.close();
closeRedis(redis);
await server.stop();
await folder.remove();
const same = first.listeners === last.listeners && first.sockets === last.sockets;
if (!same || done !== given || slope > mostSlope) process.exitCode = 1;

/** Jobs a second with as many in flight as it will have; it warms up besides. */
async function capacity(): Promise<number> {
  for (let i = 0; i < 20; i += 1) await give(100);
  await settled();
  const from = { at: Date.now(), done };
  for (let i = 0; i < 40; i += 1) await give(100);
  await settled();
  return ((done - from.done) * 1_000) / (Date.now() - from.at);
}

function held() {
  return {
    listeners: redis.eventNames().reduce((sum, name) => sum + redis.listenerCount(name), 0),
    sockets: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
  };
}

/** MB at one moment: `lives` is the heap and the buffers outside it, once what is dead has been collected. */
interface Sample {
  readonly atMs: number;
  readonly lives: number;
  readonly rss: number;
}

function sampleNow(): Sample {
  // Before the collection: that is what the process has come to by itself.
  const { rss } = process.memoryUsage();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { atMs: Date.now() - begun, lives: (heapUsed + external) / 1_048_576, rss: rss / 1_048_576 };
}

function alongOf(what: 'lives' | 'rss'): string {
  const at = [0, Math.floor(samples.length / 3), samples.length - 1];
  return `${at.map((i) => (samples[i]?.[what] ?? 0).toFixed(1)).join(', ')} MB`;
}

/** Least squares, MB per ten minutes. */
function slopeOf(of: readonly Sample[], what: 'lives' | 'rss'): number {
  const mean = (pick: (one: Sample) => number) => of.reduce((sum, one) => sum + pick(one), 0) / of.length;
  const [at, mb] = [mean(({ atMs }) => atMs), mean((one) => one[what])];
  const over = of.reduce((sum, one) => sum + (one.atMs - at) * (one[what] - mb), 0);
  const under = of.reduce((sum, one) => sum + (one.atMs - at) ** 2, 0);
  return under === 0 ? 0 : (over / under) * 600_000;
}
