// Drains that nobody is left to end: the process died between the failure of the order and what is told of it, so the queue
// would be held for ever. What is told is decided by the order's own handler.
import type { Job } from 'bullmq';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobCatalogue, jobDataSchema } from '../contracts/jobs.ts';
import { SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Holds } from './holds.ts';
import type { QueueShelf } from './queue-shelf.ts';

export interface LostDrainsDeps {
  readonly holds: Pick<Holds, 'lostDrains' | 'endDrain'>;
  readonly shelf: Pick<QueueShelf, 'named'>;
  readonly logger: Logger;
  readonly faults: FaultSink;
  /** Tells that an order has failed for good; may be called again. */
  readonly failed: (job: Job<JobData>, error: Error) => Promise<void>;
}

/** One whose failure is just being told is not lost yet; one that could not be given up is tried again this much later. */
const looksBefore = 2;
const looksBetween = 60;
/** Of the newest orders that failed. */
const mostFailed = 200;

/** Answers one look, to be called each second; what it finds a second time is given up and told. @throws what Redis throws */
export function makeLostDrains({
  holds,
  shelf,
  logger,
  faults,
  failed,
}: LostDrainsDeps): () => Promise<void> {
  let seen: ReadonlyMap<string, number> = new Map();
  return async () => {
    const lost = await holds.lostDrains();
    seen = new Map(
      lost.map(({ queue, since }) => [`${queue}/${since}`, (seen.get(`${queue}/${since}`) ?? 0) + 1]),
    );
    for (const { queue, since } of lost) {
      if ((seen.get(`${queue}/${since}`) ?? 0) % looksBetween !== looksBefore) continue;
      const job = await failedDrain(shelf, queue);
      const why = job
        ? `its process died before it was told; \`queue show ${job.id}\` has the reason`
        : 'no order is left that would end it';
      logger.warn({ queue, why }, 'a drain is given up');
      const fault = new SwarmError(domainErrors.jobFailed, job ? why : `drain of queue ${queue}: ${why}`);
      if (job) {
        await failed(job, fault);
      } else {
        faults.fault(fault, 'job queue.hold');
        await holds.endDrain(queue);
      }
    }
  };
}

/** The newest order to drain it that failed for good; null where there is none. */
async function failedDrain(shelf: LostDrainsDeps['shelf'], queue: string): Promise<Job<JobData> | null> {
  const { queue: control, body: schema } = jobCatalogue['queue.hold'];
  const jobs: Job<JobData>[] = await (await shelf.named(control)).getFailed(0, mostFailed - 1);
  const drains = jobs.filter(({ name, data }) => {
    const body = schema.safeParse(jobDataSchema.safeParse(data).data?.body).data;
    return name === 'queue.hold' && body?.order === 'drain' && body.queue === queue;
  });
  return drains[0] ?? null;
}
