// What goes into the queue when a dead letter is redriven: the message as it was, all that we do not know of it too, with
// a time of its own. Pure.
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import { rowOf } from '../contracts/jobs.ts';
import type { DeadLetter } from '../contracts/queues.ts';
import { jobOptions } from './job-options.ts';

export interface Redriven {
  readonly name: string;
  readonly data: unknown;
  readonly options: JobsOptions;
}

const withEnvelope = z.looseObject({ envelope: z.looseObject({ principal: z.string().optional() }) });

/** @param now ms since the epoch: from then on it is useful for as long as a new one would be */
export function redriven({ id, name, queue, data }: DeadLetter, now: number): Redriven {
  const spec = rowOf(name);
  const parsed = withEnvelope.safeParse(data);
  const times = { issuedAt: now, deadline: now + (spec?.usefulMs ?? 0) };
  // It left its lane when it was given up, and enters it anew, at the end, when a worker takes it.
  const ranked = {
    name,
    queue,
    principal: parsed.data?.envelope.principal ?? 'system:unknown',
    issuedAt: now,
  };
  return {
    name,
    // Without an envelope it will be given up again, with the same reason.
    data: parsed.success && spec ? { ...parsed.data, envelope: { ...parsed.data.envelope, ...times } } : data,
    options: jobOptions({ id, ...ranked }),
  };
}
