// One job from the queue to its end: whether anything is left to do, its handler under a time limit, and what becomes of
// it where that did not succeed. Nothing is given up before it lies among the dead letters.
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobCatalogue, type JobName, rowOf } from '../contracts/jobs.ts';
import type { Meter } from '../contracts/metrics.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Tracer } from '../core/tracing/index.ts';
import { isUntold } from './cancelled.ts';
import { bury, tellFailed } from './bury.ts';
import type { DeadLetters } from './dead-letters.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { GivenUp, queueFault } from './faults.ts';
import type { BoundHandler, Doubt } from './handler.ts';
import type { Begun } from './inbox-table.ts';
import { type Come, endCancelled, type FateDeps, type FateOptions, unsuccessful } from './job-fate.ts';
import { leaveLane, type Task, taskOf } from './job-task.ts';
import type { Lanes } from './lanes.ts';
import { observeRun } from './observe-run.ts';
import { runWithin } from './time-limit.ts';

export interface JobRunnerDeps extends FateDeps {
  readonly handlers: readonly BoundHandler[];
  readonly lanes: Pick<Lanes, 'turnOf' | 'park' | 'leave'>;
  readonly letters: DeadLetters;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
}

export interface JobRunnerOptions extends FateOptions {
  /** Instead of what the catalogue says, ms. */
  readonly timeoutsMs?: Readonly<Partial<Record<JobName, number>>>;
}

/** A handler that was told to end has this long, ms. */
const graceMs = 2_000;

export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #options: JobRunnerOptions;
  readonly #fate: FateDeps & FateOptions;
  readonly #handlers: ReadonlyMap<string, BoundHandler>;
  /** Those that run here, by their ids. */
  readonly #running = new Map<string, Run>();
  readonly #watch: DeadlineWatch;
  /** Whose end is heard already. */
  #stopping: AbortSignal | undefined;

  constructor(deps: JobRunnerDeps, options: JobRunnerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#fate = { ...deps, prefix: options.prefix };
    this.#watch = new DeadlineWatch(deps);
    this.#handlers = new Map(deps.handlers.map((handler) => [handler.name, handler]));
  }

  /** @throws what the library is to make of it: nothing where it is done, else another try, later, or never again */
  async run(job: Job<JobData>, stopping: AbortSignal): Promise<void> {
    this.#hear(stopping);
    try {
      const task = await taskOf(this.#deps, job, this.#handlers.get(job.name));
      const { envelope, lane } = task;
      const { inbox, lanes } = this.#deps;
      // What the handler reads is asked for at the same moment.
      const begun = {
        beginning: inbox.begin(envelope.id, lanes.turnOf(job), doubtedFlow(task)),
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
        if (lane !== undefined) await leaveLane(this.#deps, job);
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
    await leaveLane(this.#deps, job);
    const handler = this.#handlers.get(job.name);
    await tellFailed(this.#deps, { job, handler, fault: queueFault(error) });
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

  /** Resolves to whether there was anything left to do. */
  async #handle(task: Task, { beginning, run: going }: Taken, stopping: AbortSignal): Promise<boolean> {
    const { inbox } = this.#deps;
    const { id } = task.envelope;
    const { done, deaths, cancelledBy, doubted } = await beginning;
    if (done) return false;
    if (cancelledBy !== null) {
      const began = isUntold(task.handler.name, task.body) && (await inbox.isTouched(id));
      if (await endCancelled(this.#fate, task, { by: cancelledBy, began, again: true })) return true;
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
      doubted,
      mayHaveLeft: false,
    };
    this.#running.set(id, run);
    if (stopping.aborted) run.end.abort(stopping.reason);
    try {
      if (isUntold(task.handler.name, task.body)) {
        run.again = await inbox.touch(id);
        run.began = true;
      }
      await this.#runHandler(task, going, run);
      await inbox.markDone(id, doubtedFlow(task));
      return true;
    } catch (thrown) {
      const leftNothing = !run.doubted && !run.mayHaveLeft;
      await inbox.survived(id, leftNothing ? doubtedFlow(task) : undefined).catch(() => undefined);
      return await unsuccessful(this.#fate, task, thrown, {
        stops: stopping.aborted,
        broken: run.cancel === 'told' ? run : null,
      });
    } finally {
      this.#running.delete(id);
    }
  }

  #runHandler({ job, handler, envelope }: Task, going: Taken['run'], run: Run): Promise<void> {
    const { inbox } = this.#deps;
    const { end } = run;
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
        ...(handler.mayLeave && { doubt: doubtOf(run) }),
        // Made at the first look: most jobs never look.
        get signal() {
          return end.signal;
        },
      });
    });
  }
}

/** A task that is being begun, and how it goes on once it may. */
interface Taken {
  readonly beginning: Promise<Begun>;
  readonly run: ReturnType<BoundHandler['take']>;
}

/** A run of a task. */
interface Run extends Come {
  readonly end: AbortController;
  /** Whether a word that calls it off is heeded, was told to it, or came when its order was out. */
  cancel: 'heeded' | 'told' | 'too-late';
  began: boolean;
  again: boolean;
  /** Whether an earlier run may have left something behind, and whether this one may. */
  readonly doubted: boolean;
  mayHaveLeft: boolean;
}

/** Under which it is written down what its runs may have left; another job of the flow may do what this one does. */
function doubtedFlow({ handler, envelope }: Task): string | undefined {
  return handler.mayLeave ? envelope.correlationId : undefined;
}

function doubtOf(run: Run): Doubt {
  return {
    before: run.doubted,
    note: (mayHaveLeft) => {
      run.mayHaveLeft = mayHaveLeft;
    },
  };
}

/** Whether the library will try it no more. */
function isLast(job: Job, thrown: unknown): boolean {
  if (thrown instanceof DelayedError) return false;
  return thrown instanceof UnrecoverableError || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}
