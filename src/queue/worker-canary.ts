// A job to ourselves, through the queue and the worker like any other: a host that runs none of its own is deaf, whatever
// its connections look like. Each host has a queue of its own, since in a shared one another host would take it.
import type { Job } from 'bullmq';
import { randomId } from '../contracts/ids.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { LastingQueue } from './lasting-queue.ts';

export interface WorkerCanaryDeps {
  /** A command client. */
  readonly redis: Redis;
  readonly clock: Clock;
}

// What a killed host leaves behind is gone after this.
const keepSeconds = 300;

export class WorkerCanary {
  /** The queue that the host must consume with `run`. */
  readonly queue = `canary.${randomId()}`;
  readonly #deps: WorkerCanaryDeps;
  readonly #bullQueue: LastingQueue;
  readonly #keys: readonly string[];
  #round = 0;
  #onRun: (round: number) => void = () => undefined;

  constructor(deps: WorkerCanaryDeps, options: { readonly prefix: string }) {
    this.#deps = deps;
    const prefix = `${options.prefix}:bull`;
    const streams = { events: { maxLen: 1 } };
    this.#bullQueue = new LastingQueue(deps.redis, { name: this.queue, prefix, streams });
    this.#keys = ['meta', 'id', 'events', 'marker'].map((key) => `${prefix}:${this.queue}:${key}`);
  }

  /** What the worker of the queue does. */
  run(job: Pick<Job, 'name'>): Promise<void> {
    this.#onRun(Number(job.name));
    return Promise.resolve();
  }

  /** Enqueues one and awaits that it was run; whether it was in time; not when the signal fires. @throws what Redis throws when it does not take it */
  async returns(withinMs: number, signal: AbortSignal): Promise<boolean> {
    this.#round += 1;
    const round = this.#round;
    const ran = new Promise<boolean>((resolve) => {
      this.#onRun = (done) => done === round && resolve(true);
    });
    const queue = await this.#bullQueue.ready();
    await queue.add(String(round), null, { removeOnComplete: true, removeOnFail: true });
    const inTime = new AbortController();
    const late = this.#deps.clock.sleep(withinMs, AbortSignal.any([inTime.signal, signal])).then(
      () => false,
      () => false,
    );
    const returned = await Promise.race([ran, late]);
    inTime.abort();
    await this.#letFade();
    return returned;
  }

  /** Leaves nothing behind, if Redis answers. */
  async close(): Promise<void> {
    const queue = await this.#bullQueue.ready().catch(() => null);
    await queue?.obliterate({ force: true }).catch(() => undefined);
    await this.#deps.redis.del(...this.#keys).catch(() => undefined);
    await this.#bullQueue.close().catch(() => undefined);
  }

  async #letFade(): Promise<void> {
    const { redis } = this.#deps;
    await Promise.all(this.#keys.map((key) => redis.expire(key, keepSeconds)));
  }
}
