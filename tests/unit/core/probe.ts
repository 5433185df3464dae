// A service whose start, releases and break-down are the test's.
import { Service } from '../../../src/core/service.ts';

type Start = (signal: AbortSignal, release: (close: () => void | Promise<void>) => void) => Promise<void>;

/** A service that does at its start what the test says. */
export class Probe extends Service {
  starts = 0;
  readonly #onStart: Start;

  constructor(onStart: Start = () => Promise.resolve(), startTimeoutMs = 1_000, stopTimeoutMs = 1_000) {
    super({ name: 'probe', startTimeoutMs, stopTimeoutMs });
    this.#onStart = onStart;
  }

  breakDown(thrown: unknown): void {
    this.fail(thrown);
  }

  protected onStart(signal: AbortSignal): Promise<void> {
    this.starts += 1;
    return this.#onStart(signal, (close) => this.release(close));
  }
}

export const hang: Start = () => new Promise(() => undefined);
export const fail: Start = () => Promise.reject(new Error('no luck'));
