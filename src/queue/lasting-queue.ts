// One queue of the library, to be added to for as long as the process lives. The library remembers a first contact with
// Redis that failed for ever: a queue that was first used in an outage would refuse every job after it too. Such a one is
// thrown away, and the next use begins with a new one.
import { Queue, type QueueOptions } from 'bullmq';
import type { Redis } from '../core/redis.ts';

export interface LastingQueueOptions extends Pick<QueueOptions, 'streams'> {
  readonly name: string;
  /** Of every key of the library. */
  readonly prefix: string;
}

export class LastingQueue<T = unknown> {
  readonly #redis: Redis;
  readonly #options: LastingQueueOptions;
  #queue: Queue<T> | undefined;

  constructor(redis: Redis, options: LastingQueueOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  /** The queue, in contact with Redis. @throws what Redis throws when it does not answer */
  async ready(): Promise<Queue<T>> {
    this.#queue ??= this.#open();
    const queue = this.#queue;
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (thrown) {
      if (this.#queue === queue) this.#queue = undefined;
      await queue.close().catch(() => undefined);
      throw thrown;
    }
  }

  /** Lets go of the queue; the Redis client stays with its owner. */
  async close(): Promise<void> {
    await this.#queue?.close();
  }

  #open(): Queue<T> {
    const { name, ...options } = this.#options;
    const queue = new Queue<T>(name, { ...options, connection: this.#redis, skipWaitingForReady: true });
    // Without a listener Node would throw; whoever uses it learns of the same failure by its rejection.
    queue.on('error', () => undefined);
    return queue;
  }
}
