// Into the queue: the one place that adds jobs. A job's id derives from its cause, so adding it twice is adding it once.
import { domainErrors } from '../contracts/errors.ts';
import {
  type JobBody,
  type JobData,
  type JobName,
  type JobOrder,
  type JobSpec,
  jobCatalogue,
  queueOf,
} from '../contracts/jobs.ts';
import type { JobLook, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { type Span, silentTracer, type Tracer } from '../core/tracing/index.ts';
import { queueFault } from './faults.ts';
import { createFlowIndex } from './flow-index.ts';
import { jobAttributes } from './job-attributes.ts';
import { jobOptions } from './job-options.ts';
import { LastingQueue } from './lasting-queue.ts';

/** The job sink and its end. */
export interface ProducerDeps {
  /** A command client: it must fail fast. */
  readonly redis: Redis;
  readonly clock: Clock;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

export interface Producer extends JobSink {
  readonly look: JobLook;
  /** Lets go of the queues; the Redis client stays with its owner. */
  close(): Promise<void>;
}

/** Creates the producer. @param options.prefix Redis key prefix, with a hash tag so that one queue stays in one cluster slot */
export function createProducer(
  { redis, clock, tracer = silentTracer }: ProducerDeps,
  options: { readonly prefix: string },
): Producer {
  const queues = new Map<string, LastingQueue<JobData>>();
  const flows = createFlowIndex(redis, options);
  const queueNamed = (name: string) => {
    const known = queues.get(name);
    if (known) return known;
    const queue = new LastingQueue<JobData>(redis, { name, prefix: `${options.prefix}:bull` });
    queues.set(name, queue);
    return queue;
  };
  const add = async <N extends JobName>(
    order: JobOrder<N>,
    { body, spec, queue }: Valid,
    { traceparent }: Span,
  ) => {
    const now = clock.now();
    const data: JobData = {
      envelope: {
        v: 1,
        id: order.id,
        correlationId: order.correlationId,
        causationId: order.causationId,
        issuedAt: now,
        deadline: now + spec.usefulMs,
        principal: order.principal,
        traceparent,
      },
      body,
    };
    try {
      const ready = await queueNamed(queue).ready();
      await flows.note(order.correlationId, { queue, id: order.id, body });
      await ready.add(order.name, data, jobOptions(order.id, spec.attempts));
    } catch (cause) {
      throw refused(order, queueFault(cause));
    }
  };
  return {
    add: async (order) => {
      const valid = validated(order);
      const attributes = jobAttributes({ ...order, ...valid, operation: 'send' });
      await tracer.span(`send ${valid.queue}`, { kind: 'producer', attributes }, (span) =>
        add(order, valid, span),
      );
    },
    look: async (order) => {
      try {
        const queue = await queueNamed(queueOf(order.name, order.body)).ready();
        const state = await queue.getJobState(order.id);
        if (state === 'unknown') return 'missing';
        return state === 'completed' || state === 'failed' ? 'ended' : 'open';
      } catch (cause) {
        throw refused(order, queueFault(cause));
      }
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** Whoever ordered it must know whether asking again helps; that Redis is full or busy is the queue's affair. */
function refused(
  { name, id }: { readonly name: string; readonly id: string },
  cause: SwarmError,
): SwarmError {
  const kind = cause.retryable ? domainErrors.queueUnavailable : cause.kind;
  return new SwarmError(kind, `${name} ${id}: ${cause.message}`, { cause });
}

/** An order whose body fits its schema. */
interface Valid {
  readonly body: JobBody<JobName>;
  readonly spec: JobSpec;
  readonly queue: string;
}

function validated<N extends JobName>(order: JobOrder<N>): Valid {
  const spec = jobCatalogue[order.name];
  const parsed = spec.body.safeParse(order.body);
  if (!parsed.success) {
    throw new SwarmError(domainErrors.jobInvalid, `${order.name} ${order.id}: ${parsed.error.message}`);
  }
  return { body: parsed.data, spec, queue: queueOf(order.name, order.body) };
}
