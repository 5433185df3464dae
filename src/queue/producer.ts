// Into the queue: the one place that adds jobs. A job's id derives from its cause, so adding it twice is adding it once.
import { domainErrors } from '../contracts/errors.ts';
import { type JobBody, type Kept, queueOf } from '../contracts/jobs.ts';
import { textOf } from '../contracts/lanes.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { JobLook, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, type ErrorKind, SwarmError } from '../core/errors.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { Capacity } from './capacity.ts';
import { queueFault } from './faults.ts';
import { createInlet, refused } from './inlet.ts';
import { jobAttributes } from './job-attributes.ts';
import type { Outbox } from './outbox.ts';
import { type PreparedJob, prepare } from './prepared.ts';
import { createBreaker } from './storm.ts';

/** The job sink and its end. */
export interface ProducerDeps {
  /** A command client: it must fail fast. */
  readonly redis: Redis;
  readonly clock: Clock;
  /** Where orders are kept while Redis is away. Default: they are refused. */
  readonly outbox?: Outbox;
  /** Default: storms are not told. */
  readonly logger?: Logger;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/** Its bounds. */
export interface ProducerOptions {
  /** Redis key prefix, with a hash tag so that one queue stays in one cluster slot. */
  readonly prefix: string;
  /** Open jobs of one queue; default 10,000. */
  readonly capacity?: number;
  /** How long the same text to the same receiver counts as a copy, from the last one on, ms; default 600,000. */
  readonly copyWindowMs?: number;
  /** Who there is to receive gas; default: whoever is named. */
  readonly isReceiver?: (name: string) => boolean;
}

export interface Producer extends JobSink {
  readonly look: JobLook;
  /** A delivery came to nothing: its words given again are no copy of it. @throws SwarmError QUEUE_UNAVAILABLE */
  forget(gas: JobBody<'gas.deliver'>['gas']): Promise<void>;
  /**
   * Puts what the outbox holds into the queue; what has expired there is told through `around`.
   * @throws SwarmError QUEUE_UNAVAILABLE; what was not taken stays
   */
  flush(around?: (sink: JobSink) => JobSink): Promise<void>;
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

const tenMinutesMs = 600_000;

/** Creates the producer. */
export function createProducer(
  { redis, clock, outbox, meter, logger = silentLogger, tracer = silentTracer }: ProducerDeps,
  { prefix, capacity = 10_000, copyWindowMs = tenMinutesMs, isReceiver = () => true }: ProducerOptions,
): Producer {
  const breaker = createBreaker({ redis, clock, logger }, { prefix, windowMs: copyWindowMs });
  const inlet = createInlet({ redis, breaker }, { prefix });
  const room = new Capacity({ redis, clock }, { prefix, perQueue: capacity });
  const put = async (job: PreparedJob): Promise<Kept> => {
    try {
      await room.admit(job.queue);
    } catch (thrown) {
      const fault = queueFault(thrown);
      throw fault.kind === domainErrors.queueFull ? fault : refused(job, fault);
    }
    return inlet.put(job);
  };
  const add = async (job: PreparedJob): Promise<Kept> => {
    // What is younger than a flush comes after it; what is younger than an outage, behind what waits on disk already.
    await outbox?.flushing;
    if (outbox && outbox.count > 0) return outbox.keep(job);
    try {
      return await put(job);
    } catch (thrown) {
      if (outbox && isAway(thrown)) return outbox.keep(job);
      throw thrown;
    }
  };
  return {
    add: async (order) => {
      const job = prepare(order, clock.now());
      const { queue, text, id, name } = job;
      const count = (kept: Kept['kept'] | 'refused') => meter?.count('orders_total', { job: name, kept });
      if (text && !isReceiver(text.to)) {
        count('refused');
        throw new SwarmError(domainErrors.agentUnknown, `${name} ${id}: there is no ${text.to}`);
      }
      const { correlationId } = order;
      const attributes = jobAttributes({ name, id, correlationId, queue, operation: 'send' });
      const adding = tracer.span(`send ${queue}`, { kind: 'producer', attributes }, ({ traceparent }) =>
        add(traceparent === undefined ? job : traced(job, traceparent)),
      );
      adding.then(
        ({ kept }) => count(kept),
        () => count('refused'),
      );
      return adding;
    },
    flush: async (around = (sink) => sink) => {
      // Past `add`, which waits for the end of the flush.
      const { add: tell } = around({ add: (order) => inlet.put(prepare(order, clock.now())) });
      await outbox?.flush(inlet, tell);
    },
    look: async (order) => {
      await outbox?.flushing;
      // What lies on disk is in the queue within a second, and there it is looked for next time.
      if (outbox && outbox.count > 0) return 'open';
      const { name, id } = order;
      return inlet.look({ name, id, queue: queueOf(name, order.body) });
    },
    forget: async (gas) => {
      const text = textOf('gas.deliver', { gas });
      if (!text) return;
      await breaker.forget(text).catch((thrown: unknown) => {
        throw refused({ name: 'gas.deliver', id: gas.id }, queueFault(thrown));
      });
    },
    close: async () => {
      await Promise.all([outbox?.close(), inlet.close()]);
    },
  };
}

function traced(job: PreparedJob, traceparent: string): PreparedJob {
  return { ...job, data: { ...job.data, envelope: { ...job.data.envelope, traceparent } } };
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
