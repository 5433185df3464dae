// The floor of the chain bench: the least that does the same by hand, in one process. A line `restart svc-7` on stdin
// becomes a BullMQ job; its worker publishes to a topic exchange, mandatory and confirmed, and waits for the answer; the
// result goes over a channel of Redis to whoever waits, who prints `svc-7 is ready`. No rights, no confirmation, no record,
// no retry, no report that survives a crash. Arguments: Redis's URL, RabbitMQ's URL.
import { createInterface } from 'node:readline';
import { connect } from 'amqplib';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { floorBus } from './chain-bus.ts';

const [, , redisUrl = '', rabbitUrl = ''] = process.argv;
const redis = new Redis(redisUrl);
const subscriber = new Redis(redisUrl);
const connection = await connect(rabbitUrl, { noDelay: true });
const channel = await connection.createConfirmChannel();
await channel.assertExchange(floorBus.orders, 'topic', { durable: true });
await channel.assertExchange(floorBus.answers, 'topic', { durable: true });
const { queue: answers } = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(answers, floorBus.answers, '#');

const waiting = new Map<string, () => void>();
await channel.consume(
  answers,
  (message) => {
    const id = String(message?.properties.correlationId);
    waiting.get(id)?.();
    waiting.delete(id);
  },
  { noAck: true },
);

const prefix = '{floor}';
const queue = new Queue<{ readonly service: string }>('orders', { connection: redis, prefix });
const worker = new Worker<{ readonly service: string }>(
  'orders',
  async (job) => {
    const id = String(job.id);
    const answered = new Promise<void>((resolve) => waiting.set(id, resolve));
    await new Promise<void>((resolve, reject) => {
      const options = { mandatory: true, persistent: true, correlationId: id, messageId: id };
      channel.publish(
        floorBus.orders,
        `restart.${job.data.service}`,
        Buffer.from(JSON.stringify(job.data)),
        options,
        (error) => (error ? reject(new Error('not confirmed')) : resolve()),
      );
    });
    await answered;
    await redis.publish('floor.results', job.data.service);
  },
  { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), prefix, concurrency: 50 },
);
worker.on('error', () => undefined);
await worker.waitUntilReady();

await subscriber.subscribe('floor.results');
subscriber.on('message', (_channel, service) => process.stdout.write(`${service} is ready\n`));

let drawn = 0;
createInterface({ input: process.stdin }).on('line', (line) => {
  const service = /^restart (\S+)$/.exec(line)?.[1];
  if (service === undefined) return;
  drawn += 1;
  const options = { jobId: `j-${drawn}`, attempts: 20, removeOnComplete: { count: 5_000 } };
  void queue.add('restart', { service }, options);
});
process.stdout.write('ready in 0\n');
