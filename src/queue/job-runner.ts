// One job from the queue to its end: whether anything is left to do, its handler under a time limit, and what becomes of
// it where that did not succeed. Nothing is given up before it lies among the dead letters.
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { type Envelope, envelopeVersion } from '../contracts/envelope.ts';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobCatalogue, jobDataSchema, type JobName, rowOf } from '../contracts/jobs.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import type { Tracer } from '../core/tracing/index.ts';
import { isUntold, tellCancelled } from './cancelled.ts';
import { bury, tellFailed } from './bury.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { GivenUp, queueFault } from './faults.ts';
import type { BoundHandler } from './handler.ts';
import type { Begun, InboxTable } from './inbox-table.ts';
import type { Lanes } from './lanes.ts';
import { observeRun } from './observe-run.ts';
import { runWithin } from './time-limit.ts';

export interface JobRunnerDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultSink;
  readonly handlers: readonly BoundHandler[];
  readonly inbox: InboxTable;
  readonly lanes: Pick<Lanes, 'turnOf' | 'park' | 'leave'>;
  readonly letters: DeadLetters;
  /** Takes the report of a job that was called off; absent: no job here is. */
  readonly jobs?: JobSink;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
}

export interface JobRunnerOptions {
  readonly prefix: string;
  /** Instead of what the catalogue says, ms. */
  readonly timeoutsMs?: Readonly<Partial<Record<JobName, number>>>;
}

/** A handler that was told to end has this long, ms. */
const graceMs = 2_000;
/** A job of a newer version is looked at again after this long, ms; by then a process that knows it may take it. */
const parkMs = 15_000;
/** One whose receiver is busy is looked at again after this long, ms. */
const busyMs = 5_000;
/** A job that no process ever knew is given up after this long, ms. */
const parkedForMs = 7 * 24 * 3_600_000;

/** A job that can be run. */
interface Task {
  readonly job: Job<JobData>;
  readonly handler: BoundHandler;
  readonly envelope: Envelope;
  readonly body: unknown;
  readonly lane: string | undefined;
}

export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #options: JobRunnerOptions;
  readonly #handlers: ReadonlyMap<string, BoundHandler>;
  /** Those that run here, by their ids. */
  readonly #running = new Map<string, Run>();
  readonly #watch: DeadlineWatch;
  /** Whose end is heard already. */
  #stopping: AbortSignal | undefined;

  constructor(deps: JobRunnerDeps, options: JobRunnerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#watch = new DeadlineWatch(deps);
    this.#handlers = new Map(deps.handlers.map((handler) => [handler.name, handler]));
  }

  /** @throws what the library is to make of it: nothing where it is done, else another try, later, or never again */
  async run(job: Job<JobData>, stopping: AbortSignal): Promise<void> {
    this.#hear(stopping);
    try {
      const task = this.#taskOf(job) ?? (await this.#refuse(job));
      const { envelope, lane } = task;
      const { inbox, lanes } = this.#deps;
      // What the handler reads is asked for at the same moment.
      const begun = {
        beginning: inbox.begin(envelope.id, lanes.turnOf(job)),
        run: task.handler.take(task.body, task),
      };
      // A fault of it is met below, where it is counted.
      const place = await begun.beginning.then(
        (answer) => answer.place,
        () => 0,
      );
      if (place > 0) {
        // Asleep until the one before it has ended, it is not counted as a try.
        await lanes.park(job, place);
        throw new DelayedError();
      }
      await observeRun(this.#deps, { job, envelope }, async () => {
        const wasLeft = await this.#handle(task, begun, stopping);
        if (lane !== undefined) await this.#leaveLane(job);
        return wasLeft;
      });
    } catch (thrown) {
      if (isLast(job, thrown)) await bury(this.#deps, job, queueFault(thrown));
      throw thrown;
    }
  }

  /** Tells those that run here to end which somebody has called off. */
  async heed(): Promise<void> {
    const asked = [...this.#running].flatMap(([id, { cancel }]) => (cancel === 'heeded' ? [id] : []));
    for (const [id, by] of await this.#deps.inbox.cancelled(asked)) {
      const run = this.#running.get(id);
      if (!run) continue;
      run.cancel = 'told';
      run.end.abort(new SwarmError(coreErrors.aborted, `cancelled by ${by}`));
    }
  }

  /** Nothing of it keeps the process alive then. Safe to repeat, and it may run again. */
  close(): void {
    this.#watch.close();
  }

  /** Told by the library once a job has failed, for good or not. */
  async failed(job: Job<JobData> | undefined, error: Error): Promise<void> {
    if (!job || (await job.getState().catch(() => 'unknown')) !== 'failed') return;
    await this.#leaveLane(job);
    const handler = this.#handlers.get(job.name);
    await tellFailed(this.#deps, { job, handler, fault: queueFault(error) });
  }

  /**
   * In a rolling upgrade a job of the next version is not for us to judge: it is put back as it is, and not counted as a
   * try. Fields that we do not know stay in Redis whatever we do.
   * @throws DelayedError
   */
  async #parkNewer(job: Job<JobData>): Promise<void> {
    const { data } = newerSchema.safeParse(job.data);
    if (!data) return;
    const { clock, logger } = this.#deps;
    const said = `its envelope is of version ${data.envelope.v}, ours is ${envelopeVersion}`;
    if (clock.now() - job.timestamp > parkedForMs) {
      throw new GivenUp(
        new SwarmError(domainErrors.jobInvalid, `${said}, and no process that knows it came`),
      );
    }
    logger.info({ job: job.name, id: job.id }, `a job waits for a newer Swarmline: ${said}`);
    // Perhaps nobody who knows it ever comes; those behind it must not wait for that.
    await this.#leaveLane(job);
    await job.moveToDelayed(clock.now() + parkMs, job.token);
    throw new DelayedError();
  }

  /** Where this is missed, the next in its lane looks by itself. */
  async #leaveLane(job: Job<JobData>): Promise<void> {
    await this.#deps.lanes.leave(job).catch(() => undefined);
  }

  /** One listener for all that ever run here. */
  #hear(stopping: AbortSignal): void {
    if (stopping === this.#stopping) return;
    this.#stopping = stopping;
    const endAll = () => {
      for (const { end } of this.#running.values()) end.abort(stopping.reason);
    };
    stopping.addEventListener('abort', endAll, { once: true });
  }

  /** Null for one that does not fit. */
  #taskOf(job: Job<JobData>): Task | null {
    const handler = this.#handlers.get(job.name);
    const parsed = jobDataSchema.safeParse(job.data);
    if (!handler || !parsed.success) return null;
    const { envelope, body, lane } = parsed.data;
    return { job, handler, envelope, body, lane };
  }

  /** @throws DelayedError, GivenUp */
  async #refuse(job: Job<JobData>): Promise<never> {
    await this.#parkNewer(job);
    const isKnown = this.#handlers.has(job.name);
    const why = isKnown ? 'the job has no valid envelope' : `no handler for ${job.name}`;
    throw new GivenUp(new SwarmError(domainErrors.jobInvalid, why));
  }

  /** Resolves to whether there was anything left to do. */
  async #handle(task: Task, { beginning, run: going }: Taken, stopping: AbortSignal): Promise<boolean> {
    const { inbox } = this.#deps;
    const { id } = task.envelope;
    const { done, deaths, cancelledBy } = await beginning;
    if (done) return false;
    if (cancelledBy !== null) {
      const began = isUntold(task.handler.name, task.body) && (await inbox.isTouched(id));
      if (await this.#endCancelled(task, { by: cancelledBy, began, again: true })) return true;
    }
    if (deaths >= (rowOf(task.handler.name)?.deaths ?? 1)) {
      const said = `${deaths} processes in a row died while they ran it`;
      throw new GivenUp(new SwarmError(domainErrors.jobKillsWorker, said));
    }
    const run: Run = {
      end: new AbortController(),
      cancel: cancelledBy === null ? 'heeded' : 'too-late',
      began: false,
      again: false,
    };
    this.#running.set(id, run);
    if (stopping.aborted) run.end.abort(stopping.reason);
    try {
      if (isUntold(task.handler.name, task.body)) {
        run.again = await inbox.touch(id);
        run.began = true;
      }
      await this.#runHandler(task, going, run.end);
      await inbox.markDone(id);
      return true;
    } catch (thrown) {
      await inbox.survived(id).catch(() => undefined);
      return await this.#unsuccessful(task, thrown, {
        stops: stopping.aborted,
        broken: run.cancel === 'told' ? run : null,
      });
    } finally {
      this.#running.delete(id);
    }
  }

  #runHandler({ job, handler, envelope }: Task, going: Taken['run'], end: AbortController): Promise<void> {
    const { inbox } = this.#deps;
    const spec = jobCatalogue[handler.name];
    const timeoutMs = this.#options.timeoutsMs?.[handler.name] ?? spec.timeoutMs;
    const tell = (fault: SwarmError) => end.abort(fault);
    return runWithin(this.#watch, { name: job.name, timeoutMs, graceMs, tell }, (again) => {
      let isSaid = false;
      const progress = () => {
        if ('heartbeats' in spec) again();
        // Its process lived to see it get on: whatever ends it from now on is not how it begins. Said once.
        if (isSaid) return;
        isSaid = true;
        inbox.survived(envelope.id).catch(() => {
          isSaid = false;
        });
      };
      return going({
        envelope,
        progress,
        // Made at the first look: most jobs never look.
        get signal() {
          return end.signal;
        },
      });
    });
  }

  /** What becomes of it. @throws as `run` */
  async #unsuccessful(task: Task, thrown: unknown, { stops, broken }: Ends): Promise<boolean> {
    const { clock, logger, faults, inbox } = this.#deps;
    const { job, envelope } = task;
    if (stops) {
      // Handed back, not failed: another process, or our next start, takes it at once.
      await job.moveToDelayed(clock.now(), job.token);
      throw new DelayedError();
    }
    if (broken) {
      const by = (await inbox.cancelled([envelope.id])).get(envelope.id) ?? 'somebody';
      if (await this.#endCancelled(task, { ...broken, by })) return true;
      // It was out of our hands already, so its true end is awaited: to run again what is out is safe.
      await job.moveToDelayed(clock.now(), job.token);
      throw new DelayedError();
    }
    const fault = queueFault(thrown);
    if (fault.kind === domainErrors.inboxBusy) {
      // Its receiver is well and works: that may take hours, and is no try that failed.
      await job.moveToDelayed(clock.now() + busyMs, job.token);
      throw new DelayedError();
    }
    logger.warn({ job: job.name, code: fault.code, error: fault.message }, 'a job did not succeed');
    faults.fault(fault, `job ${job.name}`);
    if (thrown instanceof GivenUp) throw thrown;
    // Nobody can tell whether what nobody foresaw will pass; handlers are safe to run again.
    if (!fault.retryable && fault.kind !== coreErrors.unexpected) throw new GivenUp(fault);
    throw fault;
  }

  /** Whether it was told to be off; where it is out of our hands it is not, and goes on. */
  async #endCancelled({ job, handler, envelope, body }: Task, { by, began, again }: Off): Promise<boolean> {
    const { redis, jobs, clock, inbox } = this.#deps;
    if (!jobs) return false;
    const { prefix } = this.#options;
    const broken = began ? () => handler.broken(body, { envelope, again }) : undefined;
    const off = { prefix, name: job.name, envelope, body, by };
    if (!(await tellCancelled({ redis, jobs, clock }, off, broken))) return false;
    await inbox.markDone(envelope.id);
    return true;
  }
}

/** A task that is being begun, and how it goes on once it may. */
interface Taken {
  readonly beginning: Promise<Begun>;
  readonly run: ReturnType<BoundHandler['take']>;
}

/** A run of a task. */
interface Run {
  readonly end: AbortController;
  /** Whether a word that calls it off is heeded, was told to it, or came when its order was out. */
  cancel: 'heeded' | 'told' | 'too-late';
  /** Whether its handler may have had an effect that is told at its end alone, and whether an earlier run of it may. */
  began: boolean;
  again: boolean;
}

/** Who called a job off, and what it had come to. */
interface Off extends Pick<Run, 'began' | 'again'> {
  readonly by: string;
}

/** What else than itself may have ended a run. */
interface Ends {
  readonly stops: boolean;
  /** Null: nobody called it off. */
  readonly broken: Run | null;
}

/** Of a version that is yet to come; of what it says we know nothing. */
const newerSchema = z.object({ envelope: z.object({ v: z.number().int().gt(envelopeVersion) }) });

/** Whether the library will try it no more. */
function isLast(job: Job, thrown: unknown): boolean {
  if (thrown instanceof DelayedError) return false;
  return thrown instanceof UnrecoverableError || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}
