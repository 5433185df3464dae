// Twitch drops a text that it saw in the same channel less than 30 s ago: a repetition says that it is one.
import type { Clock } from '../../core/clock.ts';

export class RepeatGuard {
  readonly #windowMs: number;
  readonly #clock: Clock;
  readonly #said = new Map<string, { at: number; times: number }>();

  constructor(windowMs: number, clock: Clock) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** The text to write: itself, or itself with `(repeat 2)`, so that Twitch sees no duplicate. */
  vary(channel: string, text: string): string {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#said) if (now - at > this.#windowMs) this.#said.delete(key);
    const key = `${channel} ${text}`;
    const times = (this.#said.get(key)?.times ?? 0) + 1;
    this.#said.set(key, { at: now, times });
    return times === 1 ? text : `${text} (repeat ${times})`;
  }
}
