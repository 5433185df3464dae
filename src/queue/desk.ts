// What people see of the queues, and what they can do with them: the ports QueueDirectory and QueueControl over Redis.
import type { DeadLetter } from '../contracts/queues.ts';
import type { QueueControl, QueueDirectory, RedriveOutcome } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { createDeadLetters } from './dead-letters.ts';
import { queueDepths } from './depths.ts';
import { createHolds } from './holds.ts';
import { createInboxTable } from './inbox-table.ts';
import { QueueShelf } from './queue-shelf.ts';
import { redriven } from './redriven.ts';

export interface QueueDeskDeps {
  /** A command client. */
  readonly redis: Redis;
  readonly clock: Clock;
}

/** Both ports, and the end of what they hold open. */
export interface QueueDesk extends QueueDirectory, QueueControl {
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

/** Creates it; connects to nothing by itself. */
export function createQueueDesk(
  { redis, clock }: QueueDeskDeps,
  { prefix }: { readonly prefix: string },
): QueueDesk {
  const shelf = new QueueShelf(redis, { prefix });
  const letters = createDeadLetters(redis, { prefix });
  const holds = createHolds({ redis, shelf, clock }, { prefix });
  const inbox = createInboxTable(redis, { prefix, instance: 'desk' });

  /** Whether its id is free, so that it can be added again. A job that ended well, or still waits, keeps it. */
  const isFree = async ({ queue: name, id }: DeadLetter): Promise<boolean> => {
    const queue = await shelf.named(name);
    const state = await queue.getJobState(id);
    if (state === 'failed') await queue.remove(id);
    return state === 'failed' || state === 'unknown';
  };
  // A crash after the job lies in the queue and before the letter is gone leaves both; the same again then finds it there.
  const redrive = async (letter: DeadLetter): Promise<RedriveOutcome> => {
    const done = await inbox.isDone(letter.id);
    const free = !done && (await isFree(letter));
    if (free) {
      const queue = await shelf.named(letter.queue);
      const { name, data, options } = redriven(letter, clock.now());
      await queue.add(name, data, options);
    }
    await letters.remove(letter);
    if (done) return 'done';
    return free ? 'redriven' : 'open';
  };

  return {
    queues: async () => {
      const [depths, dead] = await Promise.all([queueDepths({ redis, clock }, { prefix }), letters.counts()]);
      return Promise.all(
        depths.map(async ({ failed: _, ...depth }) => ({
          ...depth,
          dead: dead.get(depth.queue) ?? 0,
          hold: await holds.of(depth.queue),
        })),
      );
    },
    deadLetters: (limit, queue) => letters.list(limit, queue),
    deadLetter: (id) => letters.find(id),
    pause: (queue, by) => holds.pause(queue, by),
    resume: (queue) => holds.resume(queue),
    drain: (queue, by, signal) => holds.drain(queue, by, signal),
    endDrain: (queue) => holds.endDrain(queue),
    redrive,
    discard: async (letter) => {
      // Nothing more is owed to it, also if the same order should come again.
      await inbox.markDone(letter.id);
      await letters.remove(letter);
    },
    close: () => shelf.close(),
  };
}
