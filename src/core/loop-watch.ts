// Whether the event loop of this process is late: starved of CPU, stopped, or blocked by work of its own. Who can leave
// work to others should, then. It measures nothing for people; resources.ts does.
import type { Clock } from './clock.ts';

export interface LoopWatchDeps {
  readonly clock: Clock;
  /** ms that nobody can set back; default performance.now. */
  readonly monotonic?: () => number;
}

/** A beat that comes later than this is late, ms. */
const lateMs = 200;
/** The loop counts as late until so long after its last late beat, ms: what flaps would shed and take up in turns. */
const calmMs = 5_000;
const beatMs = 100;

export class LoopWatch {
  readonly #clock: Clock;
  readonly #monotonic: () => number;
  #lateAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, monotonic = () => performance.now() }: LoopWatchDeps) {
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** Whether a beat was late within the last 5 s. */
  get isLate(): boolean {
    return this.#monotonic() - this.#lateAt < calmMs;
  }

  /** Beats until the signal fires. */
  async keepBeating(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const due = this.#monotonic() + beatMs;
      await this.#clock.sleep(beatMs, signal).catch(() => undefined);
      const now = this.#monotonic();
      if (now - due > lateMs) this.#lateAt = now;
    }
  }
}
