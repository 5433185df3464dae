// What a job handler is.
import type { Envelope } from '../contracts/envelope.ts';
import type { JobBody, JobName } from '../contracts/jobs.ts';

/** What a handler gets beside the body. */
export interface JobContext {
  readonly envelope: Envelope;
  /**
   * Fires when the process stops, when the run lasted too long, or when somebody called the job off; a handler that gives
   * up for it throws. What becomes of the job is not its affair.
   */
  readonly signal: AbortSignal;
  /** A sign that the run gets on; where the job's row allows it, its time begins anew. Absent: nobody counts it. */
  readonly progress?: () => void;
  /** Of a handler that `mayLeave` something behind. Absent: nobody writes it down. */
  readonly doubt?: Doubt;
}

/** Whether runs may have left something behind that only its receiver knows of. */
export interface Doubt {
  /** Whether an earlier one of the flow may have: it ended with its process, or did not say that it left nothing. */
  readonly before: boolean;
  /** Whether this one may have, from now on. Until it says so it has not, unless it ends with its process. */
  note(mayHaveLeft: boolean): void;
}

/** What a handler gets when its job has failed for good. */
export interface Death extends Told {
  /** Of an error catalogue: the fault that it ended in. Absent: not known. */
  readonly code?: string;
  /** Whether a run of its flow may have left something behind, as in Doubt. Default: none has. */
  readonly doubted?: boolean;
}

/** What a handler knows of its job before it may run. */
export type Told = Pick<JobContext, 'envelope'>;

/** What a handler gets when its job was called off after it had begun. */
export interface Broken extends Told {
  /** Whether it was begun before the run that was ended, or is not run now: what earlier runs did is known to nobody. */
  readonly again: boolean;
}

/** What is done with one kind of job. */
export interface JobHandler<N extends JobName, Looked = unknown> {
  readonly name: N;
  /** That its run may leave something behind is written down before it runs. Default: false. */
  readonly mayLeave?: boolean;
  /**
   * Begins to read what a run needs, at the moment when it is asked whether the job may run; it must write nothing, and
   * what it read is dropped where the job may not. Absent: `run` reads for itself.
   */
  look?(body: JobBody<N>, told: Told): Looked;
  /** Must be safe to run again after a crash at any line. @param looked default: what `look` finds now */
  run(body: JobBody<N>, context: JobContext, looked?: Looked): Promise<void>;
  /** Told once when the job has failed for good. */
  dead(body: JobBody<N>, death: Death, reason: string): Promise<void>;
  /**
   * Its job was called off after it had begun, and it runs no more: takes back what must not stay, and answers what came
   * of it, for people. Null: nobody knows. May be called again. Absent: the same as null.
   */
  broken?(body: JobBody<N>, broken: Broken): Promise<string | null>;
}

/** A handler whose job's type has been checked by its own schema; see `bindHandler`. */
export interface BoundHandler {
  readonly name: JobName;
  /** As in JobHandler. */
  readonly mayLeave: boolean;
  /** Takes a body not yet checked, and looks at it as in JobHandler. Answers its run. */
  take(body: unknown, told: Told): (context: JobContext) => Promise<void>;
  /** As in JobHandler; a body that does not fit is told to nobody. */
  dead(body: unknown, death: Death, reason: string): Promise<void>;
  /** As in JobHandler. */
  broken(body: unknown, broken: Broken): Promise<string | null>;
}
