// The queues of the fleet as the page of the queues needs them. It shows and moves jobs; who may, is decided where the
// page is served.
import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import { Queue } from 'bullmq';
import { queueNames } from '../contracts/jobs.ts';
import type { Redis } from '../core/redis.ts';
import { queueFault } from './faults.ts';

export interface QueueBoard {
  /** Every queue, and nothing can be done to it. */
  readonly reading: readonly BaseAdapter[];
  /** Every queue. */
  readonly managing: readonly BaseAdapter[];
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

/** Loads the library and opens the queues. @throws SwarmError when Redis does not answer; then it may be tried again */
export async function openBoard(
  { redis }: { readonly redis: Redis },
  { prefix }: { readonly prefix: string },
): Promise<QueueBoard> {
  const { BullMQAdapter } = await import('./board-library.ts');
  const queues = queueNames.map((name) => open(name, { redis, prefix }));
  const close = async () => {
    await Promise.all(queues.map((queue) => queue.close()));
  };
  try {
    // The library remembers a first contact that failed for ever.
    await Promise.all(queues.map((queue) => queue.waitUntilReady()));
  } catch (thrown) {
    await close().catch(() => undefined);
    throw queueFault(thrown);
  }
  return {
    reading: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    managing: queues.map((queue) => new BullMQAdapter(queue)),
    close,
  };
}

function open(name: string, { redis, prefix }: { readonly redis: Redis; readonly prefix: string }): Queue {
  const queue = new Queue(name, { connection: redis, prefix: `${prefix}:bull`, skipWaitingForReady: true });
  // Without a listener Node would throw; the calls reject with the same.
  queue.on('error', () => undefined);
  return queue;
}
