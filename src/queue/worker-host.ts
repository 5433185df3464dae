// Out of the queue: runs the handlers of some queues in this process, and picks up within seconds what a killed process left.

import { DelayedError, type Job } from 'bullmq';
import type { Envelope } from '../contracts/envelope.ts';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobDataSchema } from '../contracts/jobs.ts';
import type { Meter } from '../contracts/metrics.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { chatText, coreErrors, errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';
import { createStop } from '../core/stop.ts';
import type { Tracer } from '../core/tracing/index.ts';
import { ClockGuard } from './clock-guard.ts';
import { closeDeadlineMs, Consumer } from './consumer.ts';
import { GivenUp, queueFault } from './faults.ts';
import type { BoundHandler } from './handler.ts';
import { createInboxTable, type InboxTable } from './inbox-table.ts';
import { Lanes } from './lanes.ts';
import { observeRun } from './observe-run.ts';
import { WorkerCanary } from './worker-canary.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface WorkerHostDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Link;
  readonly faults: FaultSink;
  readonly handlers: readonly BoundHandler[];
  /** Whether this process has more to do than it can; then it takes one job of each queue at a time. Default: never. */
  readonly isLate?: () => boolean;
  /** Whether jobs of a queue may be taken here now; asked before each. Default: always. */
  readonly mayFetch?: (queue: string) => boolean;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

export interface WorkerHostOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  /** Queue name → jobs at the same time. */
  readonly queues: Readonly<Record<string, number>>;
}

// A killed worker's job runs again after about 2.7 s with these, after 59.7 s with the library's defaults.
const lockDurationMs = 3_000;
const stalledIntervalMs = 1_000;
// Without a cap the wait after an hour's outage would be hours itself.
const retryDelay = { initialMs: 500, maxMs: 30_000 };
// Each kill of a process counts one stall against its jobs; a handler is safe to repeat, so kills alone do not fail a job soon.
const maxStalledCount = 10;

/** A job that can be run. */
interface Task {
  readonly handler: BoundHandler;
  readonly envelope: Envelope;
  readonly body: unknown;
}

interface Post {
  readonly queue: string;
  readonly concurrency: number;
  readonly mayFetch: () => boolean;
}

/** Consumes some queues in this process. */
export class WorkerHost extends Service {
  readonly #deps: WorkerHostDeps;
  readonly #options: WorkerHostOptions;
  readonly #handlers: ReadonlyMap<string, BoundHandler>;
  readonly #inbox: InboxTable;
  readonly #lanes: Lanes;
  #stopping = createStop();

  constructor(deps: WorkerHostDeps, options: WorkerHostOptions) {
    super({ name: 'workers', stopTimeoutMs: closeDeadlineMs + 5_000 });
    this.#deps = deps;
    this.#options = options;
    this.#handlers = new Map(deps.handlers.map((handler) => [handler.name, handler]));
    this.#inbox = createInboxTable(deps.redis, options.prefix);
    this.#lanes = new Lanes(deps, options);
  }

  protected async onStart(): Promise<void> {
    this.#stopping = createStop();
    this.#deps.link.begins();
    const canary = new WorkerCanary(this.#deps, { prefix: this.#options.prefix });
    this.release(() => canary.close());
    this.release(() => this.#lanes.close());
    const guard = new ClockGuard(this.#deps);
    const isSound = () => guard.isSound();
    const consumers = [
      this.#open({ queue: canary.queue, concurrency: 1, mayFetch: isSound }, (job) => canary.run(job)),
      ...Object.entries(this.#options.queues).map(([queue, concurrency]) =>
        this.#open(
          { queue, concurrency, mayFetch: () => isSound() && (this.#deps.mayFetch?.(queue) ?? true) },
          (job) => this.#run(job),
        ),
      ),
    ];
    this.release(async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
    });
    // The check lets them run: what waits already must not be run by a wrong clock.
    await Promise.all(consumers.map((consumer) => consumer.prepare()));
    const watch = new WorkerWatch(
      { isLate: () => false, ...this.#deps, guard },
      { consumers, canary, signal: this.#stopping.signal },
    );
    await watch.check();
    const watching = watch.keepChecking();
    this.release(async () => {
      this.#stopping.abort();
      await watching;
    });
  }

  #open({ queue, concurrency, mayFetch }: Post, run: (job: Job<JobData>) => Promise<void>): Consumer {
    const { clock, logger } = this.#deps;
    return new Consumer(
      { clock, logger, mayFetch, run, onFailed: (job, error) => void this.#failed(job, error) },
      {
        redisUrl: this.#options.redisUrl,
        queue,
        concurrency,
        settings: {
          prefix: `${this.#options.prefix}:bull`,
          lockDuration: lockDurationMs,
          stalledInterval: stalledIntervalMs,
          maxStalledCount,
          settings: { backoffStrategy: (attempt) => backoffMs(attempt, retryDelay) },
          // After a lost connection the default would sit still for 15 s.
          runRetryDelay: 500,
        },
      },
    );
  }

  async #run(job: Job<JobData>): Promise<void> {
    const handler = this.#handlers.get(job.name);
    const parsed = jobDataSchema.safeParse(job.data);
    if (!handler || !parsed.success) {
      const why = handler ? 'the job has no valid envelope' : `no handler for ${job.name}`;
      throw new GivenUp(new SwarmError(domainErrors.jobInvalid, why));
    }
    if (!(await this.#lanes.mayRun(job))) throw new DelayedError();
    const { envelope, body } = parsed.data;
    await observeRun(this.#deps, { job, envelope }, () => this.#handle(job, { handler, envelope, body }));
  }

  /** Resolves to whether there was anything left to do. */
  async #handle(job: Job<JobData>, { handler, envelope, body }: Task): Promise<boolean> {
    try {
      const isDone = await this.#inbox.isDone(envelope.id);
      if (!isDone) {
        await handler.run(body, { envelope, signal: this.#stopping.signal });
        await this.#inbox.markDone(envelope.id);
      }
      await this.#lanes.leave(job);
      return !isDone;
    } catch (thrown) {
      if (this.#stopping.signal.aborted) {
        // Handed back, not failed: another process, or our next start, takes it at once.
        await job.moveToDelayed(this.#deps.clock.now(), job.token);
        throw new DelayedError();
      }
      const fault = queueFault(thrown);
      const facts = { job: job.name, code: fault.code, error: fault.message };
      this.#deps.logger.warn(facts, 'a job did not succeed');
      this.#deps.faults.fault(fault, `job ${job.name}`);
      // Nobody can tell whether what nobody foresaw will pass; handlers are safe to run again.
      if (!fault.retryable && fault.kind !== coreErrors.unexpected) throw new GivenUp(fault);
      throw fault;
    }
  }

  async #failed(job: Job<JobData> | undefined, error: Error): Promise<void> {
    if (!job || (await job.getState().catch(() => 'unknown')) !== 'failed') return;
    // Where this is missed, the next in its lane looks by itself.
    await this.#lanes.leave(job).catch(() => undefined);
    const parsed = jobDataSchema.safeParse(job.data);
    const flow = parsed.success ? { correlationId: parsed.data.envelope.correlationId } : {};
    const facts = { job: job.name, id: job.id };
    const fault = queueFault(error);
    const said = `${job.name} ${job.id}: ${fault.message}`;
    this.#deps.faults.fault(new SwarmError(domainErrors.jobFailed, said), `job ${job.name}`);
    await this.#deps.logger.within(flow, async () => {
      const { logger } = this.#deps;
      const { code, message: why } = fault;
      logger.error({ ...facts, attempts: job.attemptsMade, code, reason: why }, 'a job failed for good');
      if (!parsed.success) return;
      const { envelope, body } = parsed.data;
      // A person who waits is told the reason, but not the insides of a fault that nobody foresaw.
      const reason = fault.kind.class === 'bug' ? chatText(fault, envelope.correlationId) : why;
      await this.#handlers
        .get(job.name)
        ?.dead(body, { envelope }, reason)
        .catch((thrown: unknown) =>
          logger.error({ ...facts, error: errorText(thrown) }, 'its failure could not be told'),
        );
    });
  }
}
