// Into the queue: the one place that adds jobs. A job's id derives from its cause, so adding it twice is adding it once.
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobCatalogue, type Kept } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, type ErrorKind, SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { queueFault } from './faults.ts';
import { createInboxTable } from './inbox-table.ts';
import { jobAttributes } from './job-attributes.ts';
import { joinLane } from './lanes.ts';
import { LastingQueue } from './lasting-queue.ts';
import type { Inlet, Outbox } from './outbox.ts';
import { type PreparedJob, prepare } from './prepared.ts';

/** The job sink and its end. */
export interface ProducerDeps {
  /** A command client: it must fail fast. */
  readonly redis: Redis;
  readonly clock: Clock;
  /** Where orders are kept while Redis is away. Default: they are refused. */
  readonly outbox?: Outbox;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

// Long enough for an id to block its own repetition (a second click, a replayed tick); bounded in count.
const keepCompleted = { age: 24 * 3_600, count: 5_000 };
const keepFailed = { age: 7 * 24 * 3_600, count: 5_000 };

export interface Producer extends JobSink {
  /** Puts what the outbox holds into the queue. @throws SwarmError QUEUE_UNAVAILABLE; what was not taken stays */
  flush(): Promise<void>;
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

/** Creates the producer. @param options.prefix Redis key prefix, with a hash tag so that one queue stays in one cluster slot */
export function createProducer(
  { redis, clock, outbox, tracer = silentTracer }: ProducerDeps,
  options: { readonly prefix: string },
): Producer {
  const { inlet, close } = createInlet(redis, options);
  const add = async (job: PreparedJob): Promise<Kept> => {
    // What is younger than a flush comes after it; what is younger than an outage, behind what waits on disk already.
    await outbox?.flushing;
    if (outbox && outbox.count > 0) return outbox.keep(job);
    try {
      await inlet.put(job);
      return { kept: 'queue' };
    } catch (thrown) {
      if (outbox && isAway(thrown)) return outbox.keep(job);
      throw thrown;
    }
  };
  return {
    add: async (order) => {
      const job = prepare(order, clock.now());
      const { queue } = job;
      const attributes = jobAttributes({ ...order, queue, operation: 'send' });
      return tracer.span(`send ${queue}`, { kind: 'producer', attributes }, ({ traceparent }) =>
        add({ ...job, data: { ...job.data, envelope: { ...job.data.envelope, traceparent } } }),
      );
    },
    flush: async () => {
      await outbox?.flush(inlet);
    },
    close: async () => {
      await Promise.all([outbox?.close(), close()]);
    },
  };
}

/** The queues of BullMQ behind one door. */
function createInlet(redis: Redis, { prefix }: { readonly prefix: string }) {
  const queues = new Map<string, LastingQueue<JobData>>();
  const queueNamed = (name: string) => {
    const known = queues.get(name);
    if (known) return known;
    const queue = new LastingQueue<JobData>(redis, { name, prefix: `${prefix}:bull` });
    queues.set(name, queue);
    return queue;
  };
  const inlet: Inlet = {
    put: async (job) => {
      const { attempts } = jobCatalogue[job.name];
      try {
        const queue = await queueNamed(job.queue).ready();
        const { lane } = job.data;
        const joining = lane === undefined ? null : joinLane(redis, { ...job, lane }, { prefix });
        const adding = queue.add(job.name, job.data, {
          jobId: job.id,
          attempts,
          backoff: { type: 'capped' },
          removeOnComplete: keepCompleted,
          removeOnFail: keepFailed,
        });
        await Promise.all([joining, adding]);
      } catch (cause) {
        throw refused(job, queueFault(cause));
      }
    },
    hasHad: async ({ id, queue }) => {
      const [lies, done] = await Promise.all([
        redis.exists(`${prefix}:bull:${queue}:${id}`),
        createInboxTable(redis, prefix).isDone(id),
      ]);
      return lies === 1 || done;
    },
  };
  const close = async () => {
    await Promise.all([...queues.values()].map((queue) => queue.close()));
  };
  return { inlet, close };
}

// One that is full, read-only or misconfigured answers: it is told, and nothing is put off.
const awayKinds: readonly ErrorKind[] = [
  coreErrors.redisUnavailable,
  coreErrors.redisBusy,
  coreErrors.unreachable,
  coreErrors.connectionLost,
  coreErrors.timedOut,
];

function isAway(thrown: unknown): boolean {
  return (
    thrown instanceof SwarmError &&
    thrown.cause instanceof SwarmError &&
    awayKinds.includes(thrown.cause.kind)
  );
}

/** Whoever ordered it must know whether asking again helps; that Redis is full or busy is the queue's affair. */
function refused(
  { name, id }: { readonly name: string; readonly id: string },
  cause: SwarmError,
): SwarmError {
  const kind = cause.retryable ? domainErrors.queueUnavailable : cause.kind;
  return new SwarmError(kind, `${name} ${id}: ${cause.message}`, { cause });
}
