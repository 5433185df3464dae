// The floor of the queue benches: BullMQ by itself, as one would write it by hand, with the lock times of the platform.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { inFlight } from '../support.ts';

const prefix = '{floor}';

// Clients of the library by themselves: those of the platform gather what they send. The limits are the platform's.
function connect(url: string, kind: object): Redis {
  const redis = new Redis(url, { ...kind, lazyConnect: true, connectTimeout: 3_000, socketTimeout: 5_000 });
  redis.on('error', () => undefined);
  return redis;
}

export interface FloorQueue {
  /** Adds jobs with ids of their own, `width` at a time. */
  add(ids: readonly string[], body: object, width: number): Promise<void>;
  addBulk(ids: readonly string[], body: object): Promise<void>;
  /** Runs a handler that does nothing for what waits, until `count` have run. Resolves to the ids. */
  drain(count: number, concurrency: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function openFloorQueue(url: string, name: string): FloorQueue {
  const redis = connect(url, { commandTimeout: 2_000, maxRetriesPerRequest: 1 });
  const queue = new Queue(name, { connection: redis, prefix });
  const options = { attempts: 20, removeOnComplete: { count: 5_000 }, removeOnFail: { count: 5_000 } };
  return {
    add: (ids, body, width) =>
      inFlight(ids, width, async (id) => {
        await queue.add('job', body, { jobId: id, ...options });
      }),
    addBulk: async (ids, body) => {
      await queue.addBulk(ids.map((id) => ({ name: 'job', data: body, opts: { jobId: id, ...options } })));
    },
    drain: async (count, concurrency) => {
      const connection = connect(url, { maxRetriesPerRequest: null });
      const done: string[] = [];
      const closing: (() => Promise<void>)[] = [];
      await new Promise<void>((resolve) => {
        const running = new Worker(
          name,
          (job) => {
            done.push(String(job.id));
            if (done.length === count) resolve();
            return Promise.resolve();
          },
          { connection, prefix, concurrency, lockDuration: 3_000, stalledInterval: 1_000, drainDelay: 1 },
        );
        running.on('error', () => undefined);
        closing.push(() => running.close());
      });
      await Promise.all(closing.splice(0).map((close) => close()));
      connection.disconnect();
      return done;
    },
    close: async () => {
      await queue.close();
      redis.disconnect();
    },
  };
}
