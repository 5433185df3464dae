// The job catalogue: name → schema, queue and retry policy, once. Producers and handlers are typed from it.
import { z } from 'zod';
import { agentIdSchema, gasSchema } from './agents.ts';
import { addressSchema, reportSchema } from './chat.ts';
import { envelopeSchema } from './envelope.ts';
import { serviceNameSchema } from './services.ts';

/** One row of the catalogue. */
export interface JobSpec {
  readonly queue: 'services' | 'gas' | 'pipeline' | 'report';
  readonly body: z.ZodType;
  /** Tries before the job counts as failed; between them 0.5 s, growing to half a minute. */
  readonly attempts: number;
  /** Longest time from enqueue to the last useful start, ms; becomes the envelope's deadline. */
  readonly usefulMs: number;
}

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
    usefulMs: 60_000,
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
    usefulMs: 60_000,
  },
  'gas.deliver': {
    queue: 'gas',
    body: z.object({ gas: gasSchema }),
    attempts: 30,
    usefulMs: 24 * 3_600_000,
  },
  /** One tick of a schedule of chain.yaml; `tick` is its minute in ISO form. */
  'gas.tick': {
    queue: 'pipeline',
    body: z.object({
      schedule: z.string().min(1),
      to: agentIdSchema,
      text: z.string().min(1),
      tick: z.string(),
    }),
    attempts: 10,
    usefulMs: 3_600_000,
  },
  'pipeline.sweep': {
    queue: 'pipeline',
    body: z.object({ tick: z.string() }),
    attempts: 2,
    usefulMs: 60_000,
  },
  'chat.report': {
    queue: 'report',
    body: reportSchema,
    // A chat platform may be away for hours; the deadline ends it sooner than the count.
    attempts: 3_000,
    usefulMs: 24 * 3_600_000,
  },
} as const satisfies Record<string, JobSpec>;

export type JobName = keyof typeof jobCatalogue;
export type JobBody<N extends JobName> = z.infer<(typeof jobCatalogue)[N]['body']>;

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
