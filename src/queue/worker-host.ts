// Out of the queue: runs the handlers of some queues in this process, and picks up within seconds what a killed process left.

import type { Job } from 'bullmq';
import { randomId } from '../contracts/ids.ts';
import { type JobData, type JobName, jobCatalogue } from '../contracts/jobs.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { JobSink, SentOrders } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';
import { createStop } from '../core/stop.ts';
import type { Tracer } from '../core/tracing/index.ts';
import { ClockGuard } from './clock-guard.ts';
import { Consumer, closeDeadlineMs } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { BoundHandler } from './handler.ts';
import { createHolds } from './holds.ts';
import { createInboxTable } from './inbox-table.ts';
import { retryDelayMs } from './job-options.ts';
import { JobRunner } from './job-runner.ts';
import { Lanes } from './lanes.ts';
import { makeLostDrains } from './lost-drains.ts';
import { QueueShelf } from './queue-shelf.ts';
import { WorkerCanary } from './worker-canary.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface WorkerHostDeps {
  /** A command client, called as no other process's is: as long as it is connected, the process is there. */
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Link;
  readonly faults: FaultSink;
  readonly handlers: readonly BoundHandler[];
  /** Takes the report of a job that was called off; absent: none can be. */
  readonly jobs?: JobSink;
  /** Absent: that an order is out is known by its story alone. */
  readonly orders?: SentOrders;
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
  /** Longest time of one run, where it is not what the catalogue says, ms. */
  readonly timeoutsMs?: Readonly<Partial<Record<JobName, number>>>;
}

// A killed worker's job runs again after about 2.7 s with these, after 59.7 s with the library's defaults.
const lockDurationMs = 3_000;
const stalledIntervalMs = 1_000;
// Each kill of a process counts one stall against every job that it ran. A handler is safe to repeat, so kills alone do not
// fail a job soon; one that kills its process itself is told apart by the inbox table, and fails at the second time.
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
  readonly #runner: JobRunner;
  readonly #lanes: Lanes;
  #stopping = createStop();

  constructor(deps: WorkerHostDeps, options: WorkerHostOptions) {
    super({ name: 'workers', stopTimeoutMs: closeDeadlineMs + 5_000 });
    this.#deps = deps;
    this.#options = options;
    const { prefix } = options;
    const inbox = createInboxTable(deps.redis, { prefix, instance: randomId() });
    this.#lanes = new Lanes(deps, { prefix });
    this.#runner = new JobRunner(
      { ...deps, inbox, lanes: this.#lanes, letters: createDeadLetters(deps.redis, { prefix }) },
      options,
    );
  }

  protected async onStart(): Promise<void> {
    this.#stopping = createStop();
    this.#deps.link.begins();
    const canary = new WorkerCanary(this.#deps, { prefix: this.#options.prefix });
    this.release(() => canary.close());
    this.release(() => this.#lanes.close());
    this.release(() => this.#runner.close());
    const guard = new ClockGuard(this.#deps);
    const isSound = () => guard.isSound();
    const consumers = [
      this.#open({ queue: canary.queue, concurrency: 1, mayFetch: isSound }, (job) => canary.run(job)),
      ...Object.entries(this.#options.queues).map(([queue, concurrency]) =>
        this.#open(
          { queue, concurrency, mayFetch: () => isSound() && (this.#deps.mayFetch?.(queue) ?? true) },
          (job) => this.#runner.run(job, this.#stopping.signal),
        ),
      ),
    ];
    this.release(async () => {
      await Promise.all(consumers.map((consumer) => consumer.close()));
    });
    // The check lets them run: what waits already must not be run by a wrong clock.
    await Promise.all(consumers.map((consumer) => consumer.prepare()));
    const endLostDrains = this.#openLostDrains();
    const heed = async () => {
      await this.#runner.heed();
      await endLostDrains();
    };
    const watch = new WorkerWatch(
      { isLate: () => false, ...this.#deps, guard, heed },
      { consumers, canary, signal: this.#stopping.signal },
    );
    await watch.check();
    const watching = watch.keepChecking();
    this.release(async () => {
      this.#stopping.abort();
      await watching;
    });
  }

  /** Of a process that carries out such orders; in any other it does nothing. */
  #openLostDrains(): () => Promise<void> {
    if (!(jobCatalogue['queue.hold'].queue in this.#options.queues)) return () => Promise.resolve();
    const { prefix } = this.#options;
    const shelf = new QueueShelf(this.#deps.redis, { prefix });
    this.release(() => shelf.close());
    const holds = createHolds({ ...this.#deps, shelf }, { prefix });
    const failed = (job: Job<JobData>, error: Error) => this.#runner.failed(job, error);
    return makeLostDrains({ ...this.#deps, holds, shelf, failed });
  }

  #open({ queue, concurrency, mayFetch }: Post, run: (job: Job<JobData>) => Promise<void>): Consumer {
    const { clock, logger } = this.#deps;
    return new Consumer(
      { clock, logger, mayFetch, run, onFailed: (job, error) => void this.#runner.failed(job, error) },
      {
        redisUrl: this.#options.redisUrl,
        queue,
        by: this.#deps.redis.options.connectionName,
        concurrency,
        settings: {
          prefix: `${this.#options.prefix}:bull`,
          lockDuration: lockDurationMs,
          stalledInterval: stalledIntervalMs,
          maxStalledCount,
          settings: {
            backoffStrategy: (attempt, _type, fault, job) => retryDelayMs(job?.name, attempt, fault),
          },
          // After a lost connection the default would sit still for 15 s.
          runRetryDelay: 500,
        },
      },
    );
  }
}
