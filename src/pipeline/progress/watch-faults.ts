// What the watcher met, each by itself, so that the end of one is not told as that of another. It decides nothing.
import type { Logger } from '../../core/logger.ts';

export class WatchFaults {
  readonly #logger: Logger;
  /** Of what → what is wrong with it. */
  readonly #faults = new Map<string, string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Logs it once, however often it comes back. */
  met(of: string, fault: string): void {
    if (this.#faults.get(of) === fault) return;
    this.#faults.set(of, fault);
    this.#logger.warn({ of, fault }, 'gas watcher met a fault');
  }

  /** Logs the end of what was met, if anything was. */
  well(of: string): void {
    if (this.#faults.delete(of)) this.#logger.info({ of }, 'a fault of the gas watcher is over');
  }

  has(of: string): boolean {
    return this.#faults.has(of);
  }
}
