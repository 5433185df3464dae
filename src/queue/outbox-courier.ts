// Takes what lies in the outbox to the queue as soon as Redis takes it, and what dead processes of this home have left.
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import type { Outbox } from './outbox.ts';
import type { Producer } from './producer.ts';

export interface OutboxCourierDeps {
  readonly outbox: Outbox;
  readonly jobs: Pick<Producer, 'flush'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Says what waits here, and what lies aside. Absent: nobody asks. */
  readonly link?: Link;
}

// Soon enough that nobody notices; while Redis is away each try costs one vain connection at most.
const tryEveryMs = 500;
const adoptEveryMs = 10_000;

/** The part that carries it to the queue; a soft one, since without it orders are only later. */
export class OutboxCourier extends Service {
  readonly #deps: OutboxCourierDeps;
  #adoptedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: OutboxCourierDeps) {
    super({ name: 'outbox', hard: false });
    this.#deps = deps;
  }

  protected override onStart(): Promise<void> {
    const stop = new AbortController();
    const carrying = this.#keepCarrying(stop.signal);
    this.release(async () => {
      stop.abort();
      await carrying;
    });
    return Promise.resolve();
  }

  async #keepCarrying(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await this.#carry();
      await clock.sleep(tryEveryMs, signal).catch(() => undefined);
    }
  }

  /** One try; never rejects. */
  async #carry(): Promise<void> {
    const { outbox, jobs, clock, logger } = this.#deps;
    this.#say();
    try {
      if (clock.now() - this.#adoptedAt >= adoptEveryMs) {
        this.#adoptedAt = clock.now();
        await outbox.adopt();
      }
      if (outbox.count > 0) await jobs.flush();
    } catch (thrown) {
      logger.debug({ error: errorText(thrown) }, 'the outbox could not be taken to the queue');
    }
    this.#say();
  }

  #say(): void {
    const { outbox, link, clock } = this.#deps;
    const { count, oldestAt } = outbox;
    const aside = outbox.aside === 0 ? [] : [`${told(outbox.aside)} set aside, in *.bad beside it`];
    if (count === 0) {
      link?.proof(aside.join(''));
      return;
    }
    const age = Math.max(0, Math.round((clock.now() - (oldestAt ?? clock.now())) / 1_000));
    link?.down([`${told(count)} on disk, the oldest for ${age} s`, ...aside].join('; '));
  }
}

// Reports and ticks wait there as well as orders.
function told(count: number): string {
  return `${count} ${count === 1 ? 'job' : 'jobs'}`;
}
