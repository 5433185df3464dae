// Queues that no worker takes from, by order of a person. The library itself holds them, so that it is one step for all
// processes and lasts over restarts; who ordered it, and when, lies beside that.

import { jobCatalogue, jobDataSchema } from '../contracts/jobs.ts';
import { holdLane } from '../contracts/lanes.ts';
import type { Drained } from '../contracts/ports.ts';
import { holdSchema, type QueueHold } from '../contracts/queues.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { lineOf } from './lanes.ts';
import type { QueueShelf } from './queue-shelf.ts';
import { makeLookAtRunning } from './still-running.ts';

export interface HoldsDeps {
  readonly redis: Redis;
  readonly shelf: QueueShelf;
  readonly clock: Clock;
}

export interface Holds {
  pause(queue: string, by: string): Promise<void>;
  resume(queue: string): Promise<void>;
  /** As in the port `QueueControl`. */
  drain(queue: string, by: string, signal: AbortSignal): Promise<Drained>;
  /** As in the port `QueueControl`. */
  endDrain(queue: string): Promise<boolean>;
  /** Queues that are being drained, and since when, though no order is open that would end it. */
  lostDrains(): Promise<readonly { readonly queue: string; readonly since: number }[]>;
  /** Null where workers take from it. */
  of(queue: string): Promise<QueueHold | null>;
}

const lookEveryMs = 250;

interface HoldsOptions {
  readonly prefix: string;
}

export function createHolds(deps: HoldsDeps, options: HoldsOptions): Holds {
  const { redis, shelf, clock } = deps;
  const key = `${options.prefix}:queue-holds`;
  const hold = async (queue: string, by: string, state: QueueHold['state']) => {
    // One that is held already stays as it was ordered first; but a pause outlasts the drain that it falls into.
    const before = await heldOf(queue);
    if (before === null || (before.state === 'draining' && state === 'paused')) {
      const held: QueueHold = { state, since: clock.now(), by };
      await redis.hset(key, queue, JSON.stringify(held));
    }
    await (await shelf.named(queue)).pause();
  };
  const isPaused = async (queue: string) => (await shelf.named(queue)).isPaused();
  const heldOf = async (queue: string): Promise<QueueHold | null> => decoded(await redis.hget(key, queue));
  const settled = async (queue: string) => {
    const held = await heldOf(queue);
    if (held?.state === 'draining') {
      await redis.hset(key, queue, JSON.stringify({ ...held, state: 'paused' } satisfies QueueHold));
    }
  };
  const resume = async (queue: string) => {
    await (await shelf.named(queue)).resume();
    await redis.hdel(key, queue);
  };
  return {
    pause: (queue, by) => hold(queue, by, 'paused'),
    resume,
    endDrain: async (queue) => {
      const held = await heldOf(queue);
      // Where the record cannot be read it may still be held, by nobody knows whom.
      if (held?.state !== 'draining') return held === null && !(await isPaused(queue));
      // It comes next, and workers must not take from the queue in between.
      if ((await orderBehind(deps, options, queue))?.order === 'pause') {
        await settled(queue);
        return false;
      }
      await resume(queue);
      return true;
    },
    drain: async (queue, by, signal) => {
      await hold(queue, by, 'draining');
      const running = makeLookAtRunning(deps, queue, options);
      let takenOver = await orderBehind(deps, options, queue);
      while (!signal.aborted && takenOver === null && (await running()).left > 0) {
        await clock.sleep(lookEveryMs, signal).catch(() => undefined);
        takenOver = await orderBehind(deps, options, queue);
      }
      const last = await running();
      // What took it over may still be refused; until it is carried out the hold of the drain stands.
      if (last.left === 0 || takenOver !== null) await settled(queue);
      return { ...last, takenOver };
    },
    lostDrains: async () => {
      const lost: { queue: string; since: number }[] = [];
      for (const [queue, text] of Object.entries(await redis.hgetall(key))) {
        const held = decoded(text);
        if (held?.state !== 'draining' || (await openOrders(deps, options, queue)).length > 0) continue;
        lost.push({ queue, since: held.since });
      }
      return lost;
    },
    of: async (queue) => {
      const [held, paused] = await Promise.all([heldOf(queue), isPaused(queue)]);
      if (!paused) return null;
      // Somebody else's tool may have done it, without a name.
      return held ?? { state: 'paused', since: 0, by: 'unknown' };
    },
  };
}

/** The orders for a queue that wait or run, in their turn. Whatever they are, a drain of before does not outlast them. */
async function openOrders({ redis, shelf }: HoldsDeps, options: HoldsOptions, queue: string) {
  const { queue: control } = jobCatalogue['queue.hold'];
  const line = await lineOf(redis, { queue: control, lane: holdLane(queue) }, options);
  const jobs = await Promise.all(line.map((id) => shelf.job(control, id)));
  return jobs.flatMap((job) => (job && job.finishedOn === undefined ? [job] : []));
}

/**
 * The first order to resume or to pause a queue that is being drained, or null. It stands behind the drain in its lane, and
 * would wait for what runs to end. A drain that has failed may have left the lane already.
 */
async function orderBehind(
  deps: HoldsDeps,
  options: HoldsOptions,
  queue: string,
): Promise<Drained['takenOver']> {
  for (const job of await openOrders(deps, options, queue)) {
    const { data } = jobDataSchema.safeParse(job.data);
    const order = jobCatalogue['queue.hold'].body.safeParse(data?.body).data?.order;
    if (data && (order === 'resume' || order === 'pause')) return { order, by: data.envelope.principal };
  }
  return null;
}

function decoded(text: string | null | undefined): QueueHold | null {
  if (text == null) return null;
  try {
    return holdSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
