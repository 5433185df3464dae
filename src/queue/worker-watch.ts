// Watches the workers of one host and tells their link the truth: their clock against Redis', a canary job, and whether
// each of them still fetches. One that fell deaf is made anew.
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { redisTrouble } from '../core/redis-faults.ts';
import type { ClockGuard } from './clock-guard.ts';
import type { Consumer } from './consumer.ts';
import type { WorkerCanary } from './worker-canary.ts';

export interface WorkerWatchDeps {
  readonly guard: ClockGuard;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: Link;
  /** Whether this process has more to do than it can. */
  readonly isLate: () => boolean;
  readonly faults: FaultSink;
  /** Tells jobs to end that were called off, and ends drains that are nobody's any more. */
  readonly heed: () => Promise<void>;
}

export interface WorkerWatchOptions {
  /** All of the host, that of the canary first. */
  readonly consumers: readonly Consumer[];
  readonly canary: WorkerCanary;
  readonly signal: AbortSignal;
}

const narrowly = ', one job of each at a time: the event loop is late';
const checkEveryMs = 1_000;
const canaryEveryMs = 10_000;
const canaryWithinMs = 7_000;

export class WorkerWatch {
  readonly #deps: WorkerWatchDeps;
  readonly #options: WorkerWatchOptions;
  #canaryAt = Number.NEGATIVE_INFINITY;
  #narrow = false;
  #skewed = false;

  constructor(deps: WorkerWatchDeps, options: WorkerWatchOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Checks until the signal fires. Never rejects. */
  async keepChecking(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.#deps.clock.sleep(checkEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.check();
    }
  }

  /** Checks once; lets the workers run, or pauses them. Never rejects. */
  async check(): Promise<void> {
    const { guard, link, logger } = this.#deps;
    const { consumers, signal } = this.#options;
    this.#shed();
    try {
      const skewMs = await guard.findSkew();
      for (const consumer of consumers) await consumer.settle();
      if (skewMs !== null) {
        this.#tellSkew(
          `this machine's clock is ${skewMs / 1000} s off Redis' clock; set it right, then work goes on`,
        );
        return;
      }
      this.#skewed = false;
      await this.#deps.heed();
      const provedAt = this.#canaryAt;
      if (await this.#isCanaryRun()) await this.#judge(this.#canaryAt !== provedAt);
    } catch (thrown) {
      if (signal.aborted) return;
      logger.debug({ error: errorText(thrown) }, 'the workers could not be checked');
      for (const consumer of consumers) consumer.excuse();
      link.down(`Redis ${redisTrouble(thrown)}`);
    }
  }

  /** A process that is late takes fewer jobs: each one more would put the locks of those that run at risk. */
  #shed(): void {
    const narrow = this.#deps.isLate();
    // A worker that was made anew meanwhile is wide.
    for (const consumer of this.#options.consumers) consumer.setNarrow(narrow);
    if (narrow === this.#narrow) return;
    this.#narrow = narrow;
    // A canary is due, so that the link says it with a proof.
    this.#canaryAt = Number.NEGATIVE_INFINITY;
    if (narrow) this.#deps.logger.warn({}, 'the event loop is late; each queue runs one job at a time');
    else this.#deps.logger.info({}, 'the event loop is on time again; the queues run as many jobs as before');
  }

  // A fault once, not each second that it lasts.
  #tellSkew(said: string): void {
    this.#deps.link.down(said);
    if (!this.#skewed) this.#deps.faults.fault(new SwarmError(domainErrors.clockSkewed, said), 'workers');
    this.#skewed = true;
  }

  /** Whether a canary was run lately; sends one when it is time to, or when it is to be told that all is well again. */
  async #isCanaryRun(): Promise<boolean> {
    const { clock, link } = this.#deps;
    const { canary, signal, consumers } = this.#options;
    const age = clock.now() - this.#canaryAt;
    if (link.status().state === 'up' && age >= 0 && age < canaryEveryMs) return true;
    const returned = await canary.returns(canaryWithinMs, signal);
    if (signal.aborted) return false;
    if (returned) {
      this.#canaryAt = clock.now();
      link.saw('canary');
      return true;
    }
    const [ofCanary] = consumers;
    // The clock jumped while it was out: the worker held it back, and the next check tells the skew.
    if (!this.#deps.guard.isSound()) return false;
    if (ofCanary)
      await this.#recreate(ofCanary, `a canary job was not run within ${canaryWithinMs / 1000} s`);
    return false;
  }

  /** @param proved whether a canary was run just now: nothing else is a proof of life */
  async #judge(proved: boolean): Promise<void> {
    const { link } = this.#deps;
    const { consumers, signal } = this.#options;
    const deaf = consumers.find((consumer) => consumer.isDeaf());
    if (signal.aborted) return;
    if (deaf) await this.#recreate(deaf, `the worker of ${deaf.queue} does not fetch`);
    else if (consumers.some(({ hasEnded }) => hasEnded)) link.down('a worker loop has ended');
    else if (proved) link.proof(`${consumers.length - 1} queues${this.#narrow ? narrowly : ''}`);
  }

  async #recreate(consumer: Consumer, why: string): Promise<void> {
    const { link, logger } = this.#deps;
    logger.warn({ queue: consumer.queue }, `${why}; making it anew`);
    link.recreated(`${why}; it was made anew`);
    await consumer.recreate();
  }
}
