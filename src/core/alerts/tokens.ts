// How many messages may go out: some at once, then one after the other. It bounds what a person has to read, not what
// is known.

export interface TokensOptions {
  readonly burst: number;
  /** One more after this, ms. */
  readonly refillMs: number;
}

export class Tokens {
  readonly #options: TokensOptions;
  #left: number;
  #at = 0;

  constructor(options: TokensOptions) {
    this.#options = options;
    this.#left = options.burst;
  }

  /** How many messages may go out now. */
  left(now: number): number {
    this.#left = this.#grown(now);
    this.#at = now;
    return Math.floor(this.#left);
  }

  /** When the next may go out, ms since the epoch; null where one may now. */
  nextAt(now: number): number | null {
    const left = this.#grown(now);
    return left >= 1 ? null : now + Math.ceil((1 - left) * this.#options.refillMs);
  }

  spend(count: number): void {
    this.#left -= count;
  }

  #grown(now: number): number {
    const { burst, refillMs } = this.#options;
    return this.#at === 0 ? this.#left : Math.min(burst, this.#left + Math.max(0, now - this.#at) / refillMs);
  }
}
