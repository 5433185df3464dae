// An order that has become a job: checked, in its envelope, and with the queue it goes to. In this form it waits on disk.
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import {
  type JobData,
  type JobName,
  type JobOrder,
  jobCatalogue,
  jobDataSchema,
  queueOf,
} from '../contracts/jobs.ts';
import { type DeliveredText, laneOf, textOf } from '../contracts/lanes.ts';
import { SwarmError } from '../core/errors.ts';

export interface PreparedJob {
  readonly name: JobName;
  readonly id: string;
  readonly queue: string;
  readonly data: JobData;
  /** What it delivers, where a copy of it is to be stopped. */
  readonly text?: DeliveredText | undefined;
}

// BullMQ would take ten megabytes without a word, and every worker that looks at it would carry them.
const maxBytes = 1_000_000;

const names = z.custom<JobName>((name) => typeof name === 'string' && Object.hasOwn(jobCatalogue, name));

export const preparedJobSchema: z.ZodType<PreparedJob> = z.object({
  name: names,
  id: z.string().min(1),
  queue: z.string().min(1),
  data: jobDataSchema,
  text: z.object({ id: z.string(), to: z.string(), parts: z.array(z.string()) }).optional(),
});

/** @throws SwarmError JOB_INVALID for a body that does not fit its schema, or is larger than a megabyte */
export function prepare<N extends JobName>(order: JobOrder<N>, now: number): PreparedJob {
  const { name, id, correlationId, causationId, principal } = order;
  const spec = jobCatalogue[name];
  const parsed = spec.body.safeParse(order.body);
  if (!parsed.success) {
    throw new SwarmError(domainErrors.jobInvalid, `${name} ${id}: ${parsed.error.message}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data));
  if (bytes > maxBytes) {
    throw new SwarmError(domainErrors.jobInvalid, `${name} ${id}: ${bytes} bytes, at most ${maxBytes}`);
  }
  const lane = laneOf(name, order.body);
  const envelope = { v: 1, id, correlationId, causationId, issuedAt: now, principal } as const;
  return {
    name,
    id,
    queue: queueOf(name, order.body),
    text: textOf(name, order.body),
    data: {
      envelope: { ...envelope, deadline: now + spec.usefulMs },
      body: parsed.data,
      ...(lane && { lane }),
    },
  };
}
