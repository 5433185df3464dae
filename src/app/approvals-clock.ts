// Looks every two seconds whether a wish has waited too long for its word, or was left half done by a crash, and makes a job
// of it: whichever worker is free does it. It ends nothing itself. Knows too what nobody can decide, since it cannot be read.
import type { Approvals, Unreadable } from '../access/index.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import { createStop } from '../core/stop.ts';

export interface ApprovalsClockDeps {
  readonly approvals: Pick<Approvals, 'due' | 'unreadable'>;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

const everyMs = 2_000;

export class ApprovalsClock extends Service {
  readonly #deps: ApprovalsClockDeps;
  #unreadable: ReadonlySet<string> = new Set();

  constructor(deps: ApprovalsClockDeps) {
    super({ name: 'approvals', hard: false });
    this.#deps = deps;
  }

  /** How many wishes could not be read at the last look. */
  get unreadable(): number {
    return this.#unreadable.size;
  }

  protected onStart(): Promise<void> {
    const stop = createStop();
    const running = this.#run(stop.signal);
    this.release(async () => {
      stop.abort();
      await running;
    });
    return Promise.resolve();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    let failing = false;
    while (!signal.aborted) {
      const fault = await this.#look().then(() => null, errorText);
      if (fault !== null && !failing) logger.warn({ fault }, 'nobody can look after what waits for a word');
      failing = fault !== null;
      await clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  // Each is logged once: it stays until a person mends it.
  #note(found: readonly Unreadable[]): void {
    for (const { id, key } of found) {
      if (this.#unreadable.has(key)) continue;
      const { code } = domainErrors.recordUnreadable;
      this.#deps.logger.error({ id, key, code }, 'a wish cannot be read, so nobody can decide it');
    }
    this.#unreadable = new Set(found.map(({ key }) => key));
  }

  async #look(): Promise<void> {
    const { approvals, jobs, clock } = this.#deps;
    this.#note(await approvals.unreadable());
    if ((await approvals.due()).length === 0) return;
    // Processes that look at the same time make the same job.
    const tick = Math.floor(clock.now() / everyMs);
    const id = derivedId('approvals.sweep', String(tick));
    const order = { id, correlationId: id, causationId: null, principal: 'system:approvals' };
    await jobs.add({ ...order, name: 'approvals.sweep', body: { tick } });
  }
}
