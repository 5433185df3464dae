// The library's queues by their names, each made when it is first asked for.
import type { Job, Queue } from 'bullmq';
import type { Redis } from '../core/redis.ts';
import { LastingQueue } from './lasting-queue.ts';

export class QueueShelf {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #queues = new Map<string, LastingQueue>();

  constructor(redis: Redis, options: { readonly prefix: string }) {
    this.#redis = redis;
    this.#prefix = `${options.prefix}:bull`;
  }

  /** @throws what Redis throws when it does not answer */
  async named(name: string): Promise<Queue> {
    const known = this.#queues.get(name);
    const queue = known ?? new LastingQueue(this.#redis, { name, prefix: this.#prefix });
    this.#queues.set(name, queue);
    return queue.ready();
  }

  /** Null where the queue has no such job. */
  async job(queue: string, id: string): Promise<Job | null> {
    return (await (await this.named(queue)).getJob(id)) ?? null;
  }

  /** Lets go of them; the Redis client stays with its owner. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}
