// BullMQ's queues behind one door: puts a job into its lane and its queue, and stops what is a copy. Whether there is room
// for it, and what is done while Redis is away, is the producer's affair.
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobCatalogue, type Kept } from '../contracts/jobs.ts';
import type { Redis } from '../core/redis.ts';
import { SwarmError } from '../core/errors.ts';
import { makeBatcher } from './batch.ts';
import { queueFault } from './faults.ts';
import { createInboxTable } from './inbox-table.ts';
import { joinLanes } from './lanes.ts';
import { LastingQueue } from './lasting-queue.ts';
import type { PreparedJob } from './prepared.ts';
import { priorityOf } from './priority.ts';
import type { Breaker } from './storm.ts';

/** The queue as the outbox needs it. */
export interface Inlet {
  /** Adds a job; the same id again changes nothing. @throws SwarmError, retryable where Redis cannot take it now */
  put(job: PreparedJob): Promise<Kept>;
  /** Whether the queue has had this job, waiting, done or failed. @throws what Redis throws when it does not answer */
  hasHad(job: PreparedJob): Promise<boolean>;
}

export interface OpenInlet extends Inlet {
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

// Long enough for an id to block its own repetition (a second click, a replayed tick); bounded in count.
const keepCompleted = { age: 24 * 3_600, count: 5_000 };
const keepFailed = { age: 7 * 24 * 3_600, count: 5_000 };

export function createInlet(
  { redis, breaker }: { readonly redis: Redis; readonly breaker?: Breaker | undefined },
  { prefix }: { readonly prefix: string },
): OpenInlet {
  const queues = new Map<string, LastingQueue<JobData>>();
  const queueNamed = (name: string) => {
    const known = queues.get(name);
    if (known) return known;
    const queue = new LastingQueue<JobData>(redis, { name, prefix: `${prefix}:bull` });
    queues.set(name, queue);
    return queue;
  };
  const inbox = createInboxTable(redis, prefix);
  const adders = new Map<string, (job: PreparedJob) => Promise<void>>();
  const adderTo = (name: string) => {
    const known = adders.get(name);
    if (known) return known;
    const add = makeBatcher<PreparedJob>(
      async (jobs) => {
        const queue = await queueNamed(name).ready();
        const joining = joinLanes(redis, jobs, { prefix });
        await Promise.all([joining, queue.addBulk(jobs.map(toBullJob))]);
      },
      { maxItems: 100, maxSends: 3 },
    );
    adders.set(name, add);
    return add;
  };
  return {
    put: async (job) => {
      try {
        const copy = job.text && (await breaker?.(job.text));
        if (copy) return copy;
        await adderTo(job.queue)(job);
        return { kept: 'queue' };
      } catch (cause) {
        throw refused(job, queueFault(cause));
      }
    },
    hasHad: async ({ id, queue }) => {
      const [lies, done] = await Promise.all([
        redis.exists(`${prefix}:bull:${queue}:${id}`),
        inbox.isDone(id),
      ]);
      return lies === 1 || done;
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function toBullJob({ name, id, queue, data }: PreparedJob) {
  const { issuedAt, principal } = data.envelope;
  const priority = priorityOf({ name, queue, principal, issuedAt });
  const opts = {
    jobId: id,
    attempts: jobCatalogue[name].attempts,
    backoff: { type: 'capped' },
    removeOnComplete: keepCompleted,
    removeOnFail: keepFailed,
    ...(priority !== undefined && { priority }),
  };
  return { name, data, opts };
}

/** Whoever ordered it must know whether asking again helps; that Redis is full or busy is the queue's affair. */
export function refused(
  { name, id }: { readonly name: string; readonly id: string },
  cause: SwarmError,
): SwarmError {
  const kind = cause.retryable ? domainErrors.queueUnavailable : cause.kind;
  return new SwarmError(kind, `${name} ${id}: ${cause.message}`, { cause });
}
