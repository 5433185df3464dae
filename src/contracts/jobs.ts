// The job catalogue: name → schema, queue, tries, times and what is kept, once. Producers and handlers are typed from it.
// Who receives what a job does, and so its lane, stands in lanes.ts; docs/jobs.md shows all of it.
import { z } from 'zod';
import { agentIdSchema, gasSchema } from './agents.ts';
import { addressSchema, reportSchema, surfaces } from './chat.ts';
import { envelopeSchema } from './envelope.ts';
import { serviceNameSchema } from './services.ts';
import { swarmJobs } from './swarm-orders.ts';

/** One row of the catalogue. */
export interface JobSpec {
  readonly queue: 'services' | 'gas' | 'pipeline' | 'control' | 'report';
  readonly body: z.ZodType;
  /** Tries before the job counts as failed. */
  readonly attempts: number;
  /** Between two tries; default 0.5 s, growing to half a minute: without a bound an hour's outage would be followed by another. */
  readonly backoff?: Backoff;
  /** What its id derives from, so that the same again is the same job; default `use`. */
  readonly key?: IdempotencyKey;
  /** How much of it Redis keeps once it has ended; default `keptLong`. One queue keeps all its jobs alike: the library trims them together. */
  readonly keeps?: Retention;
  /** Longest time from enqueue to the last useful start, ms; becomes the envelope's deadline. */
  readonly usefulMs: number;
  /** Longest time of one run, ms; then it is told to end, and given up where it does not. */
  readonly timeoutMs: number;
  /** Whether each sign of progress begins that time anew. Default: it does not. */
  readonly heartbeats?: boolean;
  /** Processes in a row that may die over it before it is given up; default 2. */
  readonly deaths?: number;
}

/** Delays in ms: of the first try after a failure, and of none more than the last. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * What a job is the same of. `use`: one use of a command and the step of it. `delivery`: one gas to one receiver and the
 * count of its jobs. `tick`: a schedule and its moment. `report`: what it is about, its step and its place.
 */
export type IdempotencyKey = 'use' | 'delivery' | 'tick' | 'report';

/** Of jobs that were done and of those that failed: at most so many, and for so long, s. */
export interface Retention {
  readonly done: { readonly count: number; readonly age: number };
  readonly failed: { readonly count: number; readonly age: number };
}

const day = 24 * 3_600;
/** Long enough for an id to block its own repetition: a second click, a replayed tick; bounded in count. */
export const keptLong: Retention = {
  done: { count: 5_000, age: day },
  failed: { count: 5_000, age: 7 * day },
};
/** A report carries its whole story, and is told again within seconds of a crash or not at all. */
const keptShort: Retention = { done: { count: 2_000, age: day / 4 }, failed: { count: 2_000, age: 7 * day } };

/** Between two tries where the row does not say. */
export const usualBackoff: Backoff = { initialMs: 500, maxMs: 30_000 };
/** A person waits for it, and not for long. */
const soonAgain: Backoff = { initialMs: 500, maxMs: 5_000 };

export const jobCatalogue = {
  'service.restart': {
    queue: 'services',
    body: z.object({
      service: serviceNameSchema,
      instance: z.string().optional(),
      mode: z.enum(['graceful', 'force']),
      reason: z.string(),
      replyTo: addressSchema,
    }),
    attempts: 20,
    backoff: soonAgain,
    usefulMs: 60_000,
    // The bridge ends each restart itself, at the order's own deadline; where that is longer, app raises this.
    timeoutMs: 60_000,
    heartbeats: true,
  },
  /** Until `minutes` after its issue nobody is told of alerts that `pattern` covers; 0 ends a silence. */
  'alert.silence': {
    queue: 'services',
    body: z.object({
      pattern: z.string().min(1).max(64),
      minutes: z.number().int().min(0),
      replyTo: addressSchema,
    }),
    attempts: 10,
    backoff: soonAgain,
    usefulMs: 60_000,
    timeoutMs: 15_000,
  },
  'gas.deliver': {
    queue: 'gas',
    body: z.object({ gas: gasSchema }),
    key: 'delivery',
    attempts: 30,
    usefulMs: 24 * 3_600_000,
    timeoutMs: 30_000,
    // An inbox knows what it has, so another run does no harm, and gas that is given up stops a chain until a person comes.
    deaths: 5,
  },
  ...swarmJobs,
  /** One tick of a schedule of chain.yaml; `tick` is its minute in ISO form. */
  'gas.tick': {
    queue: 'pipeline',
    body: z.object({
      schedule: z.string().min(1),
      to: agentIdSchema,
      text: z.string().min(1),
      tick: z.string(),
    }),
    key: 'tick',
    attempts: 10,
    usefulMs: 3_600_000,
    timeoutMs: 30_000,
  },
  'pipeline.sweep': {
    queue: 'pipeline',
    body: z.object({ tick: z.string() }),
    key: 'tick',
    attempts: 2,
    usefulMs: 60_000,
    timeoutMs: 60_000,
  },
  /** Has no worker take from a queue, or lets them again; `drain` also awaits the end of what runs. */
  'queue.hold': {
    queue: 'control',
    body: z.object({
      queue: z.string().min(1).max(64),
      order: z.enum(['pause', 'drain', 'resume']),
      replyTo: addressSchema,
    }),
    attempts: 10,
    backoff: soonAgain,
    usefulMs: 60_000,
    timeoutMs: 60_000,
  },
  /** What becomes of dead letters: of one (`id`), or of all that lay there when it was ordered. */
  'queue.letters': {
    queue: 'control',
    body: z.object({
      order: z.enum(['redrive', 'discard']),
      id: z.string().max(200).nullable(),
      /** Of this queue alone; null: of all. */
      queue: z.string().max(64).nullable(),
      replyTo: addressSchema,
    }),
    attempts: 10,
    usefulMs: 60_000,
    timeoutMs: 60_000,
    heartbeats: true,
  },
  /** Ends wishes that waited for a word too long, and mends those that a crash left half done; once per `tick`. */
  'approvals.sweep': {
    queue: 'control',
    body: z.object({ tick: z.number().int() }),
    key: 'tick',
    attempts: 3,
    usefulMs: 60_000,
    timeoutMs: 60_000,
  },
  'chat.report': {
    queue: 'report',
    body: reportSchema,
    key: 'report',
    keeps: keptShort,
    // A chat platform may be away for hours; the deadline ends it sooner than the count.
    attempts: 3_000,
    usefulMs: 24 * 3_600_000,
    // A surface may have to wait for its rate limit.
    timeoutMs: 120_000,
  },
} as const satisfies Record<string, JobSpec>;

/** Every queue that there can be; reports have one for each surface. */
export const queueNames: readonly string[] = [
  ...new Set(
    Object.values(jobCatalogue).flatMap(({ queue }) =>
      queue === 'report' ? surfaces.map((surface) => `report.${surface}`) : [queue],
    ),
  ),
];

/**
 * Queues that a person may pause: where work is done. What comes of an action leaves by the reports, and a queue is let go
 * again by a job of `control`, so these two are never held.
 */
export const holdableQueues: readonly string[] = [
  ...new Set(
    Object.values(jobCatalogue)
      .map(({ queue }) => queue)
      .filter((queue) => queue !== 'report' && queue !== 'control'),
  ),
];

export type JobName = keyof typeof jobCatalogue;
export type JobBody<N extends JobName> = z.infer<(typeof jobCatalogue)[N]['body']>;

/** The row of a job with its defaults filled in; undefined for a name that there is not. */
export function rowOf(name: string): Required<JobSpec> | undefined {
  const specs: Readonly<Record<string, JobSpec>> = jobCatalogue;
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  return (
    spec && { backoff: usualBackoff, key: 'use', keeps: keptLong, heartbeats: false, deaths: 2, ...spec }
  );
}

/** The schema of one job's body. */
export function bodySchema<N extends JobName>(name: N): z.ZodType<JobBody<N>> {
  const specs: { readonly [K in JobName]: { readonly body: z.ZodType<JobBody<K>> } } = jobCatalogue;
  return specs[name].body;
}

/** What lies in Redis as a job's data. */
export const jobDataSchema = z.object({
  envelope: envelopeSchema,
  body: z.unknown(),
  /** Whom it is for: jobs of one lane run in their order. */
  lane: z.string().optional(),
});
export type JobData = z.infer<typeof jobDataSchema>;

/** A job to be enqueued. `id` must not contain a colon; the same id is the same job. */
export interface JobOrder<N extends JobName> {
  readonly name: N;
  readonly id: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly principal: string;
  readonly body: JobBody<N>;
}

/** Where an order is once it is kept. Only what is in the queue may be called `queued`. */
export type Kept =
  | { readonly kept: 'queue' }
  /** On the disk of this process, until Redis is back; after `until`, ms since the epoch, it is told as expired. */
  | { readonly kept: 'disk'; readonly until: number }
  /** Nowhere: its text is on its way to the same receiver as the delivery `of`, or was; after `until` it is a new one. */
  | { readonly kept: 'copy'; readonly of: string; readonly until: number };

/** The queue a job goes to; reports have one queue per surface, consumed by the process that owns that surface. */
export function queueOf<N extends JobName>(name: N, body: JobBody<N>): string {
  const { queue } = jobCatalogue[name];
  if (queue !== 'report') return queue;
  return `report.${reportSchema.parse(body).to.surface}`;
}
