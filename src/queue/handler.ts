// What a job handler is.
import type { Envelope } from '../contracts/envelope.ts';
import type { JobBody, JobName } from '../contracts/jobs.ts';

/** What a handler gets beside the body. */
export interface JobContext {
  readonly envelope: Envelope;
  /** Fires when the process stops; a handler that gives up for it throws, and the job runs again elsewhere. */
  readonly signal: AbortSignal;
}

/** What is done with one kind of job. */
export interface JobHandler<N extends JobName> {
  readonly name: N;
  /** Must be safe to run again after a crash at any line. */
  run(body: JobBody<N>, context: JobContext): Promise<void>;
  /** Told once when the job has failed for good. */
  dead(body: JobBody<N>, context: Omit<JobContext, 'signal'>, reason: string): Promise<void>;
}

/** A handler whose job's type has been checked by its own schema; see `bindHandler`. */
export interface BoundHandler {
  readonly name: JobName;
  /** As in JobHandler, for a body not yet checked. */
  run(body: unknown, context: JobContext): Promise<void>;
  /** As in JobHandler; a body that does not fit is told to nobody. */
  dead(body: unknown, context: Omit<JobContext, 'signal'>, reason: string): Promise<void>;
}
