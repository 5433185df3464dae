// Watches that every tick of a schedule becomes a job, and that the job is still there until it has ended: a timer that did
// not fire, a late event loop, or somebody who removed the job would else be noticed by nobody. What is missing is put back
// under the same id, so whatever was right after all stays one job.
import { domainErrors } from '../contracts/errors.ts';
import type { JobName, JobOrder } from '../contracts/jobs.ts';
import type { JobLook } from '../contracts/ports.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';

/** A schedule as it is watched. */
export interface Watched {
  readonly name: string;
  /** When its timer fires next, ms since the epoch; null when it never will. */
  readonly nextAt: () => number | null;
  /** The job of one tick. */
  readonly order: (tick: Date) => JobOrder<JobName>;
  readonly add: (tick: Date) => Promise<void>;
  /** Makes its timer anew. */
  readonly renew: () => Promise<void>;
}

export interface TickWatchDeps {
  /** Absent: only timers are watched. */
  readonly look?: JobLook | undefined;
  readonly faults?: FaultSink | undefined;
  readonly logger: Logger;
}

export interface TickWatchOptions {
  /** So late a tick counts as missing, ms; default 5,000, since a busy machine is no fault. */
  readonly lateMs?: number;
}

export class TickWatch {
  readonly #deps: TickWatchDeps;
  readonly #schedule: Watched;
  readonly #lateMs: number;
  /** The tick that is awaited, and the last one that came and whose job has not ended yet. */
  #awaited: number | null = null;
  #open: Date | null = null;

  constructor(deps: TickWatchDeps, schedule: Watched, { lateMs = 5_000 }: TickWatchOptions = {}) {
    this.#deps = deps;
    this.#schedule = schedule;
    this.#lateMs = lateMs;
  }

  /** Its timer was made. */
  begins(): void {
    this.#awaited = this.#schedule.nextAt();
  }

  /** A tick came. */
  came(tick: Date): void {
    this.#open = tick;
    this.#awaited = this.#schedule.nextAt();
  }

  /** Looks once, and mends what is missing. Rejects where the queue cannot be asked; the next look does it then. */
  async check(now: number): Promise<void> {
    await this.#checkTimer(now);
    await this.#checkJob(now);
  }

  async #checkTimer(now: number): Promise<void> {
    const awaited = this.#awaited;
    if (awaited === null || now - awaited < this.#lateMs) return;
    const tick = new Date(awaited);
    // Another replica may well have had it.
    const missing = (await this.#deps.look?.(this.#schedule.order(tick))) ?? 'missing';
    await this.#schedule.renew();
    this.came(tick);
    if (missing === 'missing') await this.#putBack(tick, 'its timer did not fire');
  }

  async #checkJob(now: number): Promise<void> {
    const tick = this.#open;
    if (tick === null || !this.#deps.look || now - tick.getTime() < this.#lateMs) return;
    const found = await this.#deps.look(this.#schedule.order(tick));
    if (found === 'done' || found === 'failed') this.#open = null;
    if (found === 'missing') await this.#putBack(tick, 'its job was no longer in the queue');
  }

  async #putBack(tick: Date, why: string): Promise<void> {
    const { faults, logger } = this.#deps;
    const said = `${this.#schedule.name} at ${tick.toISOString()}: ${why}; put back`;
    logger.error(
      { schedule: this.#schedule.name, tick: tick.toISOString(), why },
      'a tick was missing and is put back',
    );
    faults?.fault(new SwarmError(domainErrors.tickMissed, said), 'gas-schedule');
    await this.#schedule.add(tick);
  }
}

/** Looks at all of them; what could not be asked is looked at again next time. */
export async function checkAll(watches: readonly TickWatch[], now: number, logger: Logger): Promise<void> {
  for (const watch of watches) {
    await watch
      .check(now)
      .catch((thrown: unknown) =>
        logger.debug({ error: errorText(thrown) }, 'a schedule could not be checked'),
      );
  }
}
