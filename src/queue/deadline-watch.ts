// Who is told when their time is over. One sleep serves all that run at the same time: a timer for each, and the fault that
// cancels it, cost more than most jobs do.
import type { Clock } from '../core/clock.ts';
import { createStop } from '../core/stop.ts';

/** The time of one run. */
export interface Deadline {
  /** Its time begins anew. */
  again(): void;
  /** It is told no more. */
  end(): void;
}

interface Entry {
  readonly onLate: () => void;
  dueAt: number;
}

export class DeadlineWatch {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #monotonic: () => number;
  readonly #entries = new Set<Entry>();
  #sleep = { endsAt: Number.POSITIVE_INFINITY, stop: createStop() };

  /** @param deps.monotonic ms that nobody can set; default performance.now: who sets the clock must not end what runs */
  constructor({
    clock,
    monotonic = () => performance.now(),
  }: {
    readonly clock: Pick<Clock, 'sleep'>;
    readonly monotonic?: () => number;
  }) {
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** Calls `onLate` after so long, ms, once. */
  begin(ms: number, onLate: () => void): Deadline {
    const entry: Entry = { onLate, dueAt: 0 };
    const again = () => {
      entry.dueAt = this.#monotonic() + ms;
      if (entry.dueAt < this.#sleep.endsAt) this.#sleepUntil(entry.dueAt);
    };
    this.#entries.add(entry);
    again();
    return { again, end: () => this.#entries.delete(entry) };
  }

  /** Ends its sleep, which would keep the process alive. What begins afterwards is watched again. */
  close(): void {
    this.#sleep.stop.abort();
    this.#sleep = { endsAt: Number.POSITIVE_INFINITY, stop: createStop() };
  }

  #sleepUntil(endsAt: number): void {
    const sleep = { endsAt, stop: this.#sleep.stop };
    this.#sleep = sleep;
    this.#clock.sleep(endsAt - this.#monotonic(), sleep.stop.signal).then(
      // One that was to end later has been followed by another, which looks after it too.
      () => sleep === this.#sleep && this.#look(),
      () => undefined,
    );
  }

  #look(): void {
    const now = this.#monotonic();
    this.#sleep = { ...this.#sleep, endsAt: Number.POSITIVE_INFINITY };
    const late = [...this.#entries].filter(({ dueAt }) => dueAt <= now);
    for (const entry of late) this.#entries.delete(entry);
    const next = Math.min(...[...this.#entries].map(({ dueAt }) => dueAt));
    if (Number.isFinite(next)) this.#sleepUntil(next);
    for (const { onLate } of late) onLate();
  }
}
