// One run of a job as operators see it: its span, its correlation id on every line of the log, its figures. It changes
// nothing about the run.
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { Envelope } from '../contracts/envelope.ts';
import type { JobData } from '../contracts/jobs.ts';
import type { JobRunOutcome, Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, type ErrorKind, SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { jobAttributes } from './job-attributes.ts';

export interface ObserveDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
}

export interface ObservedJob {
  readonly job: Job<JobData>;
  readonly envelope: Envelope;
}

/** @param work resolves to whether there was anything left to do; what it throws passes through */
export async function observeRun(
  { clock, logger, meter, tracer = silentTracer }: ObserveDeps,
  { job, envelope }: ObservedJob,
  work: () => Promise<boolean>,
): Promise<void> {
  const { correlationId, id, traceparent } = envelope;
  const begun = clock.now();
  if (job.attemptsMade === 0) {
    meter?.observe('job_wait_seconds', { job: job.name }, seconds(begun - envelope.issuedAt));
  }
  const count = (outcome: JobRunOutcome) => {
    meter?.count('jobs_total', { job: job.name, outcome });
    meter?.observe('job_duration_seconds', { job: job.name }, seconds(clock.now() - begun));
    logger.debug({ job: job.name, outcome }, 'a job was run');
  };
  const { name, queueName: queue } = job;
  const attributes = jobAttributes({ name, id, correlationId, queue, operation: 'process' });
  const options = { kind: 'consumer', attributes, parent: traceparent } as const;
  const run = () =>
    tracer.span(`process ${job.queueName}`, options, async (span): Promise<Thrown | null> => {
      try {
        count((await work()) ? 'done' : 'repeated');
        return null;
      } catch (thrown) {
        const outcome = outcomeOf(job, thrown);
        count(outcome);
        // Handed back because we stop: nothing is wrong with it.
        if (outcome !== 'handed-back') span.fail(kindOf(thrown).code);
        return { thrown };
      }
    });
  const end = await logger.within({ correlationId }, run);
  if (end) throw end.thrown;
}

/** What the library is to get, past the span, which would take its signals for faults. */
interface Thrown {
  readonly thrown: unknown;
}

function outcomeOf(job: Job<JobData>, thrown: unknown): JobRunOutcome {
  if (thrown instanceof DelayedError) return 'handed-back';
  const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  return last || thrown instanceof UnrecoverableError ? 'failed' : 'retried';
}

function kindOf(thrown: unknown): ErrorKind {
  const fault = thrown instanceof UnrecoverableError ? thrown.cause : thrown;
  return fault instanceof SwarmError ? fault.kind : coreErrors.unexpected;
}

// A clock that was set back must not make a time negative.
function seconds(ms: number): number {
  return Math.max(0, ms) / 1_000;
}
