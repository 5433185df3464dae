// One queue's worker in this process: its connection, the proof that it really fetches, and its re-creation when it does not.
import { type Job, type JobJson, Worker, type WorkerOptions } from 'bullmq';
import type { JobData } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { closeRedis, createBlockingRedis, type Redis } from '../core/redis.ts';

export interface ConsumerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether jobs may be taken now: the clock must be right, by which the library promotes delayed jobs. */
  readonly mayFetch: () => boolean;
  readonly run: (job: Job<JobData>) => Promise<void>;
  readonly onFailed: (job: Job<JobData> | undefined, error: Error) => void;
}

export interface ConsumerOptions {
  readonly redisUrl: string;
  readonly queue: string;
  /** Of the process, written to each job that it takes; absent: nobody can tell whether that is gone. */
  readonly by?: string | undefined;
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** Of the library, beside what is decided here. */
  readonly settings: Omit<WorkerOptions, 'connection' | 'name' | 'concurrency' | 'autorun' | 'drainDelay'>;
}

// An idle worker asks again this often, so a connection on which nothing comes within the socket's 5 s is dead.
const blockSeconds = 2;
// Asking takes at most 2 s, a dead connection 6 more.
const deafAfterMs = 12_000;
export const closeDeadlineMs = 8_000;
const dropDeadlineMs = 1_000;
const prepareDeadlineMs = 3_000;

export class Consumer {
  readonly queue: string;
  readonly #deps: ConsumerDeps;
  readonly #options: ConsumerOptions;
  #connection: Redis;
  #worker: FetchingWorker;
  #running = 0;
  #fetchedAt: number;

  constructor(deps: ConsumerDeps, options: ConsumerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.queue = options.queue;
    this.#fetchedAt = deps.clock.now();
    [this.#connection, this.#worker] = this.#open();
  }

  /** Whether its loop has ended though it should run; that of a paused one has ended by itself. */
  get hasEnded(): boolean {
    return !this.#worker.isPaused() && !this.#worker.isRunning();
  }

  /** Resolves when both of its connections stand; it takes no job before `settle()`. */
  async prepare(): Promise<void> {
    const worker = this.#worker;
    await worker.waitUntilReady();
    await worker.pause(true);
  }

  /** Lets it run or pauses it, whichever it may now. */
  async settle(): Promise<void> {
    await this.setPaused(!this.#deps.mayFetch());
  }

  async setPaused(paused: boolean): Promise<void> {
    if (paused && !this.#worker.isPaused()) await this.#worker.pause(true);
    if (!paused && this.#worker.isPaused()) {
      this.excuse();
      await this.#worker.resume();
    }
  }

  /** Narrow: one job at a time, and the others are left to other processes. What runs already ends as it would. */
  setNarrow(narrow: boolean): void {
    this.#worker.concurrency = narrow ? 1 : this.#options.concurrency;
  }

  /** Whatever kept it from fetching until now was not its own fault. */
  excuse(): void {
    this.#fetchedAt = this.#deps.clock.now();
  }

  /** Whether it should have fetched and did not. One whose hands are full need not. */
  isDeaf(): boolean {
    if (this.#worker.isPaused() || this.#running >= this.#worker.concurrency) return false;
    return this.#deps.clock.now() - this.#fetchedAt > deafAfterMs;
  }

  /** Leaves the present worker behind, with what it runs, and begins with a new one. */
  async recreate(): Promise<void> {
    const [worker, connection] = [this.#worker, this.#connection];
    [this.#connection, this.#worker] = this.#open();
    this.#running = 0;
    this.excuse();
    await this.#within(worker.close(true), dropDeadlineMs);
    closeRedis(connection);
    // Where even the new one does not connect in time, whoever watches will find it deaf again.
    if (await this.#within(this.prepare(), prepareDeadlineMs)) await this.settle();
  }

  /**
   * The library's close() waits for running jobs without a deadline, and once it waits it can no longer be forced. What
   * is late is left behind: its connection closes, so its lock runs out and another worker takes the job.
   */
  async close(): Promise<void> {
    const inTime = await this.#within(this.#worker.close(), closeDeadlineMs);
    if (!inTime) this.#deps.logger.warn({ queue: this.queue }, 'a job did not end in time; left behind');
    closeRedis(this.#connection);
  }

  async #within(work: Promise<void>, deadlineMs: number): Promise<boolean> {
    const done = new AbortController();
    const late = this.#deps.clock.sleep(deadlineMs, done.signal).then(
      () => false,
      () => false,
    );
    const ended = work.then(
      () => true,
      () => true,
    );
    const inTime = await Promise.race([ended, late]);
    done.abort();
    return inTime;
  }

  #open(): [Redis, FetchingWorker] {
    const { redisUrl, queue, by, concurrency, settings } = this.#options;
    const connection = createBlockingRedis({ url: redisUrl, name: `swarmline:worker:${queue}` });
    const worker: FetchingWorker = new FetchingWorker(queue, (job) => this.#run(worker, job), {
      ...settings,
      ...(by !== undefined && { name: by }),
      connection,
      concurrency,
      autorun: false,
      drainDelay: blockSeconds,
    });
    worker.mayFetch = this.#deps.mayFetch;
    worker.onFetch = () => {
      if (worker === this.#worker) this.excuse();
    };
    worker.on('error', ({ message }) => this.#deps.logger.debug({ queue, error: message }, 'worker error'));
    worker.on('failed', this.#deps.onFailed);
    return [connection, worker];
  }

  async #run(worker: FetchingWorker, job: Job<JobData>): Promise<void> {
    const isPresent = () => worker === this.#worker;
    if (isPresent()) {
      this.#running += 1;
      this.excuse();
    }
    try {
      await this.#deps.run(job);
    } finally {
      // Its end would fetch the next one.
      if (!this.#deps.mayFetch()) void worker.pause(true).catch(() => undefined);
      if (isPresent()) {
        this.#running -= 1;
        // With a hand free again it has to fetch from now on, not since its hands became full.
        this.excuse();
      }
    }
  }
}

class FetchingWorker extends Worker<JobData> {
  /** Told each time Redis answered the question for a job. */
  onFetch: () => void = () => undefined;
  mayFetch: () => boolean = () => false;

  /** Its 10 s, which it takes when a job is due later, would look like a dead connection. */
  override get maximumBlockTimeout(): number {
    return blockSeconds;
  }

  /** Of a job whose data is no JSON the library would make nothing, and hold it until nobody answers for it. */
  protected override createJob(data: JobJson, jobId: string): Job<JobData> {
    try {
      return super.createJob(data, jobId);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown;
      return super.createJob({ ...data, data: JSON.stringify(data.data) }, jobId);
    }
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job<JobData>> {
    // A worker that is paused while it waits would still fetch once when its wait ends; here it finds nothing.
    if (this.isPaused() || !this.mayFetch()) return this.nextJobFromJobData();
    const job = await super.moveToActive(token, name);
    this.onFetch();
    return job;
  }
}
