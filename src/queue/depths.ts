// How much lies in the queues of the fleet, and since when the oldest of it waits. Asks Redis at each call.
import { Queue } from 'bullmq';
import { queueNames } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';

/** One queue, of the whole fleet. */
export interface QueueDepth {
  readonly queue: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  /** Those that are kept, a week at most. */
  readonly failed: number;
  /** ms; 0 where none waits. */
  readonly oldestWaitingMs: number;
}

/** Asks for all of them at the same time. @throws what Redis answers with when it is away */
export function queueDepths(
  deps: { readonly redis: Redis; readonly clock: Clock },
  options: { readonly prefix: string },
): Promise<QueueDepth[]> {
  return Promise.all(queueNames.map((name) => depthOf(name, deps, options)));
}

async function depthOf(
  name: string,
  { redis, clock }: { readonly redis: Redis; readonly clock: Clock },
  { prefix }: { readonly prefix: string },
): Promise<QueueDepth> {
  const queue = new Queue(name, { connection: redis, prefix: `${prefix}:bull`, skipWaitingForReady: true });
  // Without a listener Node would throw; the calls below reject with the same.
  queue.on('error', () => undefined);
  try {
    const [counts, ...first] = await Promise.all([
      queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
      queue.getWaiting(0, 0),
      queue.getPrioritized(0, 0),
    ]);
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
    const since = Math.min(...first.flat().map(({ timestamp }) => timestamp));
    const oldestWaitingMs = Number.isFinite(since) ? Math.max(0, clock.now() - since) : 0;
    return { queue: name, waiting: waiting + prioritized, delayed, active, failed, oldestWaitingMs };
  } finally {
    await queue.close();
  }
}
