// Out of the queue: runs the handlers of some queues in this process, and picks up within seconds what a killed process left.

import { DelayedError, type Job } from 'bullmq';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobDataSchema } from '../contracts/jobs.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { chatText, coreErrors, errorText, SwarmError } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';
import { createStop } from '../core/stop.ts';
import { ClockGuard } from './clock-guard.ts';
import { closeDeadlineMs, Consumer } from './consumer.ts';
import { GivenUp, queueFault } from './faults.ts';
import type { BoundHandler } from './handler.ts';
import { createInboxTable, type InboxTable } from './inbox-table.ts';
import { WorkerCanary } from './worker-canary.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface WorkerHostDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Link;
  readonly handlers: readonly BoundHandler[];
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
  #stopping = createStop();

  constructor(deps: WorkerHostDeps, options: WorkerHostOptions) {
    super({ name: 'workers', stopTimeoutMs: closeDeadlineMs + 5_000 });
    this.#deps = deps;
    this.#options = options;
    this.#handlers = new Map(deps.handlers.map((handler) => [handler.name, handler]));
    this.#inbox = createInboxTable(deps.redis, options.prefix);
  }

  protected async onStart(): Promise<void> {
    this.#stopping = createStop();
    const canary = new WorkerCanary(this.#deps, { prefix: this.#options.prefix });
    this.release(() => canary.close());
    const guard = new ClockGuard(this.#deps);
    const mayFetch = () => guard.isSound();
    const consumers = [
      this.#open({ queue: canary.queue, concurrency: 1, mayFetch }, (job) => canary.run(job)),
      ...Object.entries(this.#options.queues).map(([queue, concurrency]) =>
        this.#open({ queue, concurrency, mayFetch }, (job) => this.#run(job)),
      ),
    ];
    this.release(async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
    });
    // The check lets them run: what waits already must not be run by a wrong clock.
    await Promise.all(consumers.map((consumer) => consumer.prepare()));
    const watch = new WorkerWatch(
      { ...this.#deps, guard },
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
    const { envelope, body } = parsed.data;
    if (await this.#inbox.isDone(envelope.id)) return;
    try {
      await handler.run(body, { envelope, signal: this.#stopping.signal });
      await this.#inbox.markDone(envelope.id);
    } catch (thrown) {
      if (this.#stopping.signal.aborted) {
        // Handed back, not failed: another process, or our next start, takes it at once.
        await job.moveToDelayed(this.#deps.clock.now(), job.token);
        throw new DelayedError();
      }
      const fault = queueFault(thrown);
      this.#deps.logger.warn(
        { job: job.name, correlationId: envelope.correlationId, code: fault.code, error: fault.message },
        'a job did not succeed',
      );
      // Nobody can tell whether what nobody foresaw will pass; handlers are safe to run again.
      if (!fault.retryable && fault.kind !== coreErrors.unexpected) throw new GivenUp(fault);
      throw fault;
    }
  }

  async #failed(job: Job<JobData> | undefined, error: Error): Promise<void> {
    if (!job || (await job.getState().catch(() => 'unknown')) !== 'failed') return;
    const parsed = jobDataSchema.safeParse(job.data);
    const { logger } = this.#deps;
    const fault = queueFault(error);
    logger.error(
      {
        ...{ job: job.name, id: job.id, attempts: job.attemptsMade },
        ...{ code: fault.code, reason: fault.message, correlationId: parsed.data?.envelope.correlationId },
      },
      'a job failed for good',
    );
    if (!parsed.success) return;
    const { envelope, body } = parsed.data;
    // A person who waits is told the reason, but not the insides of a fault that nobody foresaw.
    const reason = fault.kind.class === 'bug' ? chatText(fault, envelope.correlationId) : fault.message;
    await this.#handlers
      .get(job.name)
      ?.dead(body, { envelope }, reason)
      .catch((thrown: unknown) =>
        logger.error(
          { job: job.name, id: job.id, error: errorText(thrown) },
          'its failure could not be told',
        ),
      );
  }
}
