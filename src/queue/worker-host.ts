// Out of the queue: runs the handlers of some queues in this process, and picks up within seconds what a killed process left.

import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { type JobData, jobDataSchema } from '../contracts/jobs.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { errorText, SwarmError, toSwarmError } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { clockSkewMs, closeRedis, createBlockingRedis, type Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';
import { createStop } from '../core/stop.ts';
import type { BoundHandler } from './handler.ts';
import { createInboxTable, type InboxTable } from './inbox-table.ts';

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
// Delayed jobs are promoted by the worker's clock; beyond this difference from Redis' clock they would run early or late.
const maxSkewMs = 2_000;
const checkEveryMs = 2_000;
const closeDeadlineMs = 8_000;

/** Consumes some queues in this process. */
export class WorkerHost extends Service {
  readonly #deps: WorkerHostDeps;
  readonly #options: WorkerHostOptions;
  readonly #handlers: ReadonlyMap<string, BoundHandler>;
  readonly #inbox: InboxTable;
  #stopping = createStop();

  constructor(deps: WorkerHostDeps, options: WorkerHostOptions) {
    super({ name: 'workers' });
    this.#deps = deps;
    this.#options = options;
    this.#handlers = new Map(deps.handlers.map((handler) => [handler.name, handler]));
    this.#inbox = createInboxTable(deps.redis, options.prefix);
  }

  protected async onStart(): Promise<void> {
    this.#stopping = createStop();
    const workers = Object.entries(this.#options.queues).map(([queue, concurrency]) =>
      this.#open(queue, concurrency),
    );
    this.release(async () => {
      await Promise.all(workers.map((worker) => this.#close(worker)));
    });
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    // The check lets them run: what waits already must not be run by a wrong clock.
    await Promise.all(workers.map((worker) => worker.pause(true)));
    await this.#check(workers);
    const watching = this.#watch(workers);
    this.release(async () => {
      this.#stopping.abort();
      await watching;
    });
  }

  #open(queue: string, concurrency: number): Worker<JobData> {
    const connection = createBlockingRedis({
      url: this.#options.redisUrl,
      name: `swarmline:worker:${queue}`,
    });
    const worker = new Worker<JobData>(queue, (job) => this.#run(job), {
      connection,
      prefix: `${this.#options.prefix}:bull`,
      concurrency,
      autorun: false,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount,
      settings: { backoffStrategy: (attempt) => backoffMs(attempt, retryDelay) },
      // After a lost connection the default would sit still for 15 s.
      runRetryDelay: 1_000,
    });
    worker.on('error', (error) => this.#deps.logger.debug({ queue, error: error.message }, 'worker error'));
    worker.on('failed', (job, error) => void this.#failed(job, error));
    this.release(() => closeRedis(connection));
    return worker;
  }

  async #run(job: Job<JobData>): Promise<void> {
    const handler = this.#handlers.get(job.name);
    const parsed = jobDataSchema.safeParse(job.data);
    if (!handler || !parsed.success)
      throw new UnrecoverableError(handler ? 'the job has no valid envelope' : `no handler for ${job.name}`);
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
      this.#deps.logger.warn(
        { job: job.name, correlationId: envelope.correlationId, error: errorText(thrown) },
        'a job did not succeed',
      );
      if (thrown instanceof SwarmError && !thrown.retryable) throw new UnrecoverableError(thrown.message);
      // The library takes nothing but errors for a failure; some libraries throw strings.
      throw toSwarmError(thrown);
    }
  }

  async #failed(job: Job<JobData> | undefined, error: Error): Promise<void> {
    if (!job || (await job.getState().catch(() => 'unknown')) !== 'failed') return;
    const parsed = jobDataSchema.safeParse(job.data);
    const { logger } = this.#deps;
    logger.error(
      { job: job.name, id: job.id, attempts: job.attemptsMade, reason: error.message },
      'a job failed for good',
    );
    if (!parsed.success) return;
    const { envelope, body } = parsed.data;
    await this.#handlers
      .get(job.name)
      ?.dead(body, { envelope }, error.message)
      .catch((thrown: unknown) =>
        logger.error(
          { job: job.name, id: job.id, error: errorText(thrown) },
          'its failure could not be told',
        ),
      );
  }

  async #watch(workers: readonly Worker<JobData>[]): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#deps.clock.sleep(checkEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.#check(workers);
    }
  }

  async #check(workers: readonly Worker<JobData>[]): Promise<void> {
    const { clock, redis, link } = this.#deps;
    try {
      const skewMs = await clockSkewMs(redis, () => clock.now());
      const skewed = Math.abs(skewMs) > maxSkewMs;
      for (const worker of workers) {
        if (skewed && !worker.isPaused()) await worker.pause(true);
        if (!skewed && worker.isPaused()) await worker.resume();
      }
      if (skewed)
        link.down(
          `this machine's clock is ${skewMs / 1000} s off Redis' clock; set it right, then work goes on`,
        );
      else if (workers.every((worker) => worker.isRunning())) link.proof(`${workers.length} queues`);
      else if (!this.#stopping.signal.aborted) link.down('a worker loop has ended');
    } catch {
      link.down('Redis does not answer');
    }
  }

  // The library's close() waits for running jobs without a deadline, and once it waits it can no longer be forced.
  // What is late is left behind: its connection closes next, so its lock runs out and another worker takes the job.
  async #close(worker: Worker<JobData>): Promise<void> {
    const inTime = new AbortController();
    const late = this.#deps.clock.sleep(closeDeadlineMs, inTime.signal).then(() => 'late' as const);
    const closed = worker.close().then(() => 'closed' as const);
    const ended = await Promise.race([closed, late]);
    inTime.abort();
    if (ended === 'late')
      this.#deps.logger.warn({ queue: worker.name }, 'a job did not end in time; left behind');
  }
}
