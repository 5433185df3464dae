// How many retries all calls together may make: a share of the calls, and a few more. So a far side that is away is not
// met by three times the load when it can bear it least.
import type { Clock } from '../clock.ts';

export interface RetryBudgetOptions {
  /** Retries that one call brings; default 0.1. */
  readonly share?: number;
  /** Retries that there are without any call, and that come back within a minute; default 5. */
  readonly reserve?: number;
}

/** No more are saved up than this many times the reserve: a quiet day must not pay for a storm. */
const savedAtMost = 4;
const refillMs = 60_000;

export class RetryBudget {
  readonly #clock: Clock;
  readonly #share: number;
  readonly #reserve: number;
  #left: number;
  #refilledAt: number;

  constructor(clock: Clock, { share = 0.1, reserve = 5 }: RetryBudgetOptions = {}) {
    this.#clock = clock;
    this.#share = share;
    this.#reserve = reserve;
    this.#left = reserve;
    this.#refilledAt = clock.now();
  }

  /** A first call was made. */
  earn(): void {
    this.#left = Math.min(this.#reserve * savedAtMost, this.#left + this.#share);
  }

  /** Takes one retry out of it; false when it is spent. */
  spend(): boolean {
    this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  // Only up to the reserve: what was earned above it stays, and does not grow by itself.
  #refill(): void {
    const now = this.#clock.now();
    const due = (this.#reserve * Math.max(0, now - this.#refilledAt)) / refillMs;
    this.#refilledAt = now;
    if (this.#left < this.#reserve) this.#left = Math.min(this.#reserve, this.#left + due);
  }
}
