// Delayed jobs are promoted by the worker's clock: one that is off would run them early or late. Redis' clock is the
// judge; between two of its verdicts a jump shows against the monotonic clock, which nobody can set.
import type { Clock } from '../core/clock.ts';
import { clockSkewMs, type Redis } from '../core/redis.ts';

const maxSkewMs = 2_000;

export class ClockGuard {
  readonly #redis: Redis;
  readonly #clock: Clock;
  /** What the clock showed beyond the monotonic one when it was last found right; null while it is not. */
  #beyond: number | null = null;

  constructor({ redis, clock }: { readonly redis: Redis; readonly clock: Clock }) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Asks Redis; resolves to by how many ms this machine's clock is ahead when that is too much, else to null. */
  async findSkew(): Promise<number | null> {
    const skewMs = await clockSkewMs(this.#redis, () => this.#clock.now());
    const skewed = Math.abs(skewMs) > maxSkewMs;
    this.#beyond = skewed ? null : this.#beyondMonotonic();
    return skewed ? skewMs : null;
  }

  /** Whether the clock was right when it was last compared, and has not jumped since. */
  isSound(): boolean {
    return this.#beyond !== null && Math.abs(this.#beyondMonotonic() - this.#beyond) <= maxSkewMs;
  }

  #beyondMonotonic(): number {
    return this.#clock.now() - performance.now();
  }
}
