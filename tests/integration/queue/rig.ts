// A worker host over real Redis, with handlers that a test writes, and a look into what BullMQ keeps of a job.
import { Queue } from 'bullmq';
import type { z } from 'zod';
import type { JobName, jobCatalogue } from '../../../src/contracts/jobs.ts';
import type { JobSink, SentOrders } from '../../../src/contracts/ports.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { Faults } from '../../../src/core/faults.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import type { JobHandler } from '../../../src/queue/handler.ts';
import { type BoundHandler, bindHandler, createProducer, WorkerHost } from '../../../src/queue/index.ts';
import { patienceMs } from '../../support/patience.ts';

export interface Place {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly prefix: string;
}

/** What a host may be given instead of the usual. */
export interface HostParts {
  readonly clock?: Clock;
  readonly faults?: Faults;
  readonly logger?: Logger;
  readonly jobs?: JobSink;
  readonly orders?: SentOrders;
  readonly timeoutsMs?: Partial<Record<JobName, number>>;
  /** Default: two jobs at once of each that a test uses. */
  readonly queues?: Readonly<Record<string, number>>;
}

export function createHost(
  { redis, redisUrl, prefix }: Place,
  handlers: readonly BoundHandler[],
  {
    clock = systemClock,
    faults = new Faults(),
    logger = silentLogger,
    jobs,
    orders,
    timeoutsMs = {},
    queues = { pipeline: 2, gas: 2, services: 2, control: 1 },
  }: HostParts = {},
): WorkerHost {
  const link = new Link({ name: 'workers', hard: true, clock });
  return new WorkerHost(
    { redis, clock, logger, link, faults, handlers, ...(jobs && { jobs }), ...(orders && { orders }) },
    { redisUrl, prefix, queues, timeoutsMs },
  );
}

export const producer = ({ redis, prefix }: Place) =>
  createProducer({ redis, clock: systemClock }, { prefix });

type Sweep = z.infer<(typeof jobCatalogue)['pipeline.sweep']['body']>;
type Run = JobHandler<'pipeline.sweep'>['run'];

/** A handler of `pipeline.sweep`, the job with two attempts, that writes down what it was called for. */
export function sweeper(run: Run = () => Promise.resolve()) {
  const runs: Sweep[] = [];
  const dead: string[] = [];
  const handler = bindHandler({
    name: 'pipeline.sweep',
    run: async (body, context) => {
      runs.push(body);
      await run(body, context);
    },
    dead: async (_body, { envelope }, reason) => void dead.push(`${envelope.id}: ${reason}`),
  });
  return { handler, runs, dead };
}

export const sweep = (id: string, tick = 'now') =>
  ({
    name: 'pipeline.sweep',
    id,
    correlationId: `c-${id}`,
    causationId: null,
    principal: 'system:test',
    body: { tick },
  }) as const;

/** Puts into a queue what our producer never would. */
export async function smuggle(
  { redis, prefix }: Place,
  job: {
    readonly queue: string;
    readonly name: JobName | 'no.such.job';
    readonly id: string;
    readonly data: unknown;
  },
): Promise<void> {
  const queue = new Queue(job.queue, {
    connection: redis,
    prefix: `${prefix}:bull`,
    skipWaitingForReady: true,
  });
  await queue.add(job.name, job.data, { jobId: job.id, attempts: 3 });
  await queue.close();
}

/** The hash that BullMQ keeps of a job. */
export function stored({ redis, prefix }: Place, id: string, queue = 'pipeline') {
  return redis.hgetall(`${prefix}:bull:${queue}:${id}`);
}

/** Resolves when the job has ended one way or the other; rejects where it does not. */
export async function ended({ redis, prefix }: Place, id: string, queue = 'pipeline') {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await systemClock.sleep(25)) {
    for (const end of ['completed', 'failed'] as const) {
      if ((await redis.zscore(`${prefix}:bull:${queue}:${end}`, id)) !== null) return end;
    }
  }
  throw new Error(`the job ${id} of ${queue} has not ended within ${patienceMs} ms`);
}
