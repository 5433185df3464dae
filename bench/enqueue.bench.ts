// P5: how many orders a second go in through the platform's sink, beside BullMQ's own add, 50 in flight; one after the
// other in turn, on a Redis of their own, so that the machine's mood meets both.
import { Queue } from 'bullmq';
import { systemClock } from '../src/core/clock.ts';
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { createProducer } from '../src/queue/index.ts';
import { startServer } from './servers.ts';
import { median, table, temporaryFolder } from './support.ts';

const perRound = 3_000;
const inFlight = 50;
const rounds = 5;

const folder = await temporaryFolder();
const server = await startServer('redis-server', folder.path);
const redis = createCommandRedis({ url: server.url, name: 'bench' });
await redis.config('SET', 'appendfsync', 'everysec');
const jobs = createProducer({ redis, clock: systemClock }, { prefix: '{bench}', capacity: 1_000_000 });
const queue = new Queue('plain', { connection: redis, prefix: '{bench}:bull', skipWaitingForReady: true });

let next = 0;
const body = () => ({ tick: `tick ${next}` });
const gas = () => ({
  ...{
    id: `d-${next}`,
    from: 'schedule:bench',
    to: `Agent-${next % 8}`,
    mission: 'm',
    epoch: 1,
    createdAt: 0,
  },
  ...{ checkpoint: null, percent: null, text: 'go on' },
});
const order = () => ({
  ...{ id: `j-${next}`, correlationId: 'c', causationId: null, principal: 'system:bench' },
});
/** The same data and the same options, so that only the way differs. */
const envelope = () => ({ v: 1, ...order(), issuedAt: Date.now(), deadline: Date.now() + 60_000 });
const keep = { age: 24 * 3_600, count: 5_000 };
const options = { attempts: 2, backoff: { type: 'capped' }, removeOnComplete: keep, removeOnFail: keep };
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'bullmq add': () =>
    queue.add('pipeline.sweep', { envelope: envelope(), body: body() }, { jobId: `j-${next}`, ...options }),
  'sink, without a lane': () => jobs.add({ ...order(), name: 'pipeline.sweep', body: body() }),
  'sink, with a lane and a rank': () => jobs.add({ ...order(), name: 'gas.deliver', body: { gas: gas() } }),
};

interface Measured {
  /** Orders a second. */
  readonly rate: number;
  /** CPU of this process and of Redis, µs an order: what a machine that does much else cannot falsify. */
  readonly own: number;
  readonly redis: number;
}

async function redisCpu(): Promise<number> {
  const info = await redis.info('cpu');
  return ['sys', 'user'].reduce(
    (sum, kind) => sum + Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1]) * 1_000_000,
    0,
  );
}

async function measure(add: () => Promise<unknown>): Promise<Measured> {
  const [cpu, ofRedis, begun] = [process.cpuUsage(), await redisCpu(), performance.now()];
  let left = perRound;
  const giver = async () => {
    while (left > 0) {
      left -= 1;
      next += 1;
      await add();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, giver));
  const rate = (perRound * 1_000) / (performance.now() - begun);
  const { user, system } = process.cpuUsage(cpu);
  return { rate, own: (user + system) / perRound, redis: ((await redisCpu()) - ofRedis) / perRound };
}

const rates = new Map(Object.keys(ways).map((name) => [name, [] as Measured[]]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, add] of Object.entries(ways)) {
    const measured = await measure(add);
    // The first round warms up.
    if (round > 0) rates.get(name)?.push(measured);
  }
}
const medianOf = (name: string, of: keyof Measured) => median((rates.get(name) ?? []).map((one) => one[of]));
const plain = medianOf('bullmq add', 'rate');
const rows = [...rates.keys()].map((name) => {
  const rate = medianOf(name, 'rate');
  const cpu = (['own', 'redis'] as const).map((of) => medianOf(name, of).toFixed(0));
  return [name, rate.toFixed(0), (rate / plain).toFixed(2), ...cpu];
});
console.log(`${inFlight} orders in flight, median of ${rounds} rounds of ${perRound}; CPU in µs an order`);
console.log(table([['way', 'orders/s', 'of bullmq', 'own CPU', 'Redis CPU'], ...rows]));
await Promise.all([jobs.close(), queue.close()]);
closeRedis(redis);
await server.stop();
await folder.remove();
