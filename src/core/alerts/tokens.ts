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
    const { burst, refillMs } = this.#options;
    if (this.#at > 0) this.#left = Math.min(burst, this.#left + Math.max(0, now - this.#at) / refillMs);
    this.#at = now;
    return Math.floor(this.#left);
  }

  spend(count: number): void {
    this.#left -= count;
  }
}
