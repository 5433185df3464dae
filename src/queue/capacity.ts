// How much a queue may hold: open jobs alone count, done and failed ones do not. A producer knows what it added itself
// and looks at the rest, so the bound is exact for one producer and holds for several within what they add in a second.
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';

export interface CapacityOptions {
  readonly prefix: string;
  /** Open jobs of one queue; more are refused. */
  readonly perQueue: number;
}

interface Known {
  open: number;
  lookedAt: number;
  looking: Promise<void> | undefined;
}

const staleAfterMs = 1_000;
/** What mends a queue that is full, or held, must find room. */
const neverFull: readonly string[] = ['control'];

export class Capacity {
  readonly #deps: { readonly redis: Redis; readonly clock: Clock };
  readonly #options: CapacityOptions;
  readonly #known = new Map<string, Known>();

  constructor(deps: { readonly redis: Redis; readonly clock: Clock }, options: CapacityOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Counts one more. @throws SwarmError QUEUE_FULL; what Redis throws where it had to be asked and does not answer */
  async admit(queue: string): Promise<void> {
    if (neverFull.includes(queue)) return;
    const { perQueue } = this.#options;
    const known = this.#known.get(queue) ?? {
      open: 0,
      lookedAt: Number.NEGATIVE_INFINITY,
      looking: undefined,
    };
    this.#known.set(queue, known);
    if (known.open >= perQueue || known.lookedAt < 0) await this.#look(queue, known);
    else if (this.#deps.clock.now() - known.lookedAt > staleAfterMs) {
      // Beside the job itself, so that adding stays one round trip; whoever is away is told by the job.
      this.#look(queue, known).catch(() => undefined);
    }
    if (known.open >= perQueue) {
      throw new SwarmError(
        domainErrors.queueFull,
        `${queue} holds ${known.open} open jobs, of ${perQueue} at most`,
      );
    }
    known.open += 1;
  }

  #look(queue: string, known: Known): Promise<void> {
    known.looking ??= this.#count(queue)
      .then((open) => {
        known.open = open;
        known.lookedAt = this.#deps.clock.now();
      })
      .finally(() => {
        known.looking = undefined;
      });
    return known.looking;
  }

  async #count(queue: string): Promise<number> {
    const { redis } = this.#deps;
    const key = (state: string) => `${this.#options.prefix}:bull:${queue}:${state}`;
    const counts = await Promise.all([
      ...['wait', 'paused', 'active'].map((state) => redis.llen(key(state))),
      ...['prioritized', 'delayed'].map((state) => redis.zcard(key(state))),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
