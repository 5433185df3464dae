// BullMQ's queues behind one door: puts a job into its lane and its queue, and stops what is a copy. Whether there is room
// for it, and what is done while Redis is away, is the producer's affair.
import { domainErrors } from '../contracts/errors.ts';
import type { JobData, Kept } from '../contracts/jobs.ts';
import type { JobLook } from '../contracts/ports.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { queueFault } from './faults.ts';
import { createFlowIndex } from './flow-index.ts';
import { createInboxTable } from './inbox-table.ts';
import { jobOptions } from './job-options.ts';
import { joinLane } from './lanes.ts';
import { LastingQueue } from './lasting-queue.ts';
import type { PreparedJob } from './prepared.ts';
import type { Breaker } from './storm.ts';

/** The queue as the outbox needs it. */
export interface Inlet {
  /** Adds a job; the same id again changes nothing. @throws SwarmError, retryable where Redis cannot take it now */
  put(job: PreparedJob): Promise<Kept>;
  /** Whether the queue has had this job, waiting, done or failed. @throws what Redis throws when it does not answer */
  hasHad(job: PreparedJob): Promise<boolean>;
}

/** A job by where it lies. */
export type PlacedJob = Pick<PreparedJob, 'name' | 'id' | 'queue'>;

export interface OpenInlet extends Inlet {
  /** As a `JobLook`. */
  look(job: PlacedJob): ReturnType<JobLook>;
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

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
  const inbox = createInboxTable(redis, { prefix, instance: 'inlet' });
  const flows = createFlowIndex(redis, { prefix });
  const add = async (job: PreparedJob) => {
    const queue = await queueNamed(job.queue).ready();
    const { id, name, data } = job;
    // In this order on one connection, so that both stand before the job is there, and cost no round trip of their own.
    await Promise.all([
      flows.note(data.envelope.correlationId, { queue: job.queue, id, body: data.body }),
      joinLane(redis, job, { prefix }),
      queue.add(name, data, optionsOf(job)),
    ]);
  };
  return {
    put: async (job) => {
      try {
        const copy = job.text && (await breaker?.stops(job.text));
        if (copy) return copy;
        await add(job);
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
    look: async (job) => {
      try {
        const state = await (await queueNamed(job.queue).ready()).getJobState(job.id);
        if (state === 'unknown') return 'missing';
        if (state === 'failed') return 'failed';
        return state === 'completed' ? 'done' : 'open';
      } catch (cause) {
        throw refused(job, queueFault(cause));
      }
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function optionsOf({ name, id, queue, data }: PreparedJob) {
  const { issuedAt, principal } = data.envelope;
  return jobOptions({ id, name, queue, principal, issuedAt });
}

/** Whoever ordered it must know whether asking again helps; that Redis is full or busy is the queue's affair. */
export function refused(
  { name, id }: { readonly name: string; readonly id: string },
  cause: SwarmError,
): SwarmError {
  const kind = cause.retryable ? domainErrors.queueUnavailable : cause.kind;
  return new SwarmError(kind, `${name} ${id}: ${cause.message}`, { cause });
}
