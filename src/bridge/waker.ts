// A pause that somebody else can cut short. Not a queue: two wakes before one wait count as one.
import type { Clock } from '../core/clock.ts';

/** The longest pause a Node timer can make, ms (24 days): as good as "until woken". */
export const untilWoken = 2 ** 31 - 1;

// Node makes an error with its stack for each abort that has no reason of its own.
const woken = Symbol('woken');

/** A wait that ends early when somebody wakes it. */
export class Waker {
  readonly #clock: Clock;
  #nudge = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait under way, or the next one. */
  wake(): void {
    this.#nudge.abort(woken);
  }

  /** Resolves after `ms`, when woken, or when the signal fires; the caller looks which it was. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const nudge = this.#nudge;
    const stop = () => nudge.abort(woken);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    await this.#clock.sleep(Math.max(0, ms), nudge.signal).catch(() => undefined);
    signal.removeEventListener('abort', stop);
    if (nudge.signal.aborted) this.#nudge = new AbortController();
  }
}
