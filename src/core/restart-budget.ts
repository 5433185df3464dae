// How often a component may crash before it is left alone: so many crashes inside a sliding window.

export interface RestartBudgetOptions {
  /** The crash that is one too many: the brake opens at it. */
  readonly crashes: number;
  /** A crash counts for this long, ms. */
  readonly windowMs: number;
}

export class RestartBudget {
  readonly #options: RestartBudgetOptions;
  #crashes: number[] = [];
  #restarts: number[] = [];

  constructor(options: RestartBudgetOptions) {
    this.#options = options;
  }

  /** Counts a crash at `now` (ms). Returns how many there are inside the window, this one too. */
  crash(now: number): number {
    this.#crashes = [...this.#fresh(this.#crashes, now), now];
    return this.#crashes.length;
  }

  /** Whether the budget is spent. */
  isSpent(now: number): boolean {
    return this.#fresh(this.#crashes, now).length >= this.#options.crashes;
  }

  /** Counts a restart at `now` (ms). */
  restart(now: number): void {
    this.#restarts = [...this.#fresh(this.#restarts, now), now];
  }

  /** Restarts inside the window that ends now. */
  restarts(now: number): number {
    return this.#fresh(this.#restarts, now).length;
  }

  /** Forgets the crashes: somebody has mended what was broken. */
  refill(): void {
    this.#crashes = [];
  }

  #fresh(times: readonly number[], now: number): number[] {
    return times.filter((at) => now - at < this.#options.windowMs);
  }
}
