// The end of a job that is given up: it is laid among the dead letters, and who waits for it is told why. That it is given
// up is not decided here.
import type { Job } from 'bullmq';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobDataSchema } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import { chatText, errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { BoundHandler } from './handler.ts';
import type { InboxTable } from './inbox-table.ts';

export interface BuryDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly faults: FaultSink;
  readonly inbox: Pick<InboxTable, 'survived' | 'isDoubted'>;
  readonly letters: DeadLetters;
}

/** Lays it among the dead letters. */
export async function bury(deps: BuryDeps, job: Job<JobData>, fault: SwarmError): Promise<void> {
  const { letters, inbox, clock, logger, faults } = deps;
  const { name, queueName: queue, id = '', timestamp: firstAt, attemptsMade } = job;
  const cut = await letters.put({
    ...{ id, queue, name, firstAt, lastAt: clock.now(), attempts: attemptsMade + 1 },
    ...{ code: fault.code, reason: fault.message, data: job.data },
  });
  // Redriven, it begins as one that killed nobody.
  await inbox.survived(id);
  if (cut.length === 0) return;
  logger.error({ removed: cut }, 'dead letters were removed: there were too many, or they were too old');
  faults.fault(new SwarmError(domainErrors.deadLettersCut, `removed: ${cut.join(', ')}`), 'dead letters');
}

export interface FailedJob {
  readonly job: Job<JobData>;
  /** Tells who waits for it; absent where nobody here knows its kind. */
  readonly handler: BoundHandler | undefined;
  readonly fault: SwarmError;
}

/** Tells that it has failed for good. */
export async function tellFailed(deps: BuryDeps, { job, handler, fault }: FailedJob): Promise<void> {
  const { logger, letters, faults, inbox } = deps;
  // Those that the library itself gave up, since too many processes died over them, are not there yet.
  const lies = await letters.has(job.queueName, job.id ?? '').catch(() => true);
  if (!lies) await bury(deps, job, fault).catch(() => undefined);
  faults.fault(
    new SwarmError(domainErrors.jobFailed, `${job.name} ${job.id}: ${fault.message}`),
    `job ${job.name}`,
  );
  const parsed = jobDataSchema.safeParse(job.data);
  const flow = parsed.success ? { correlationId: parsed.data.envelope.correlationId } : {};
  await logger.within(flow, async () => {
    const facts = { job: job.name, id: job.id };
    const { code, message: why } = fault;
    logger.error({ ...facts, attempts: job.attemptsMade, code, reason: why }, 'a job failed for good');
    if (!parsed.success) return;
    const { envelope, body } = parsed.data;
    // A person who waits is told the reason, but not the insides of a fault that nobody foresaw.
    const reason = fault.kind.class === 'bug' ? chatText(fault, envelope.correlationId) : why;
    const doubted = handler?.mayLeave && (await inbox.isDoubted(envelope.correlationId).catch(() => true));
    await handler
      ?.dead(body, { envelope, code: fault.code, ...(doubted && { doubted }) }, reason)
      .catch((thrown: unknown) =>
        logger.error({ ...facts, error: errorText(thrown) }, 'its failure could not be told'),
      );
  });
}
