// The lines that wait to be said: first come, first said, but none that is too old. Keeps the books, writes nothing.
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Delivery } from './delivery.ts';

export interface Line {
  readonly channel: string;
  readonly text: string;
  readonly settle: (delivery: Delivery) => void;
}

export interface OutboxOptions {
  /** A line that waited longer is left out: old truth misleads. Ms. */
  readonly maxAgeMs: number;
  /** Most lines that wait; above it the oldest goes. */
  readonly maxQueued: number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leftOut = new Map<string, number>();
  #lines: (Line & { readonly queuedAt: number })[] = [];

  constructor(options: OutboxOptions, clock: Clock, logger: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(line: Line): void {
    this.#lines.push({ ...line, queuedAt: this.#clock.now() });
    if (this.#lines.length > this.#options.maxQueued) this.#leaveOut(this.#lines.splice(0, 1), 'queue full');
  }

  /** The channel whose turn it is among those that can be spoken to, once the lines that are too old are gone. */
  nextChannel(canSay: (channel: string) => boolean): string | undefined {
    const tooOld = this.#clock.now() - this.#options.maxAgeMs;
    const old = this.#lines.filter(({ queuedAt }) => queuedAt <= tooOld);
    this.#lines = this.#lines.filter(({ queuedAt }) => queuedAt > tooOld);
    if (old.length > 0) this.#leaveOut(old, 'too old');
    return [...this.#leftOut.keys(), ...this.#lines.map(({ channel }) => channel)].find(canSay);
  }

  /** The next line of a channel, taken out; the first after an omission says how much was left out. */
  take(channel: string): Line | undefined {
    const count = this.#leftOut.get(channel);
    if (this.#leftOut.delete(channel)) {
      const text = `(left out because they could not be said in time: ${count})`;
      return { channel, text, settle: () => undefined };
    }
    const line = this.#lines.find((waiting) => waiting.channel === channel);
    this.#lines = this.#lines.filter((waiting) => waiting !== line);
    return line;
  }

  /** Ms until the oldest line is too old. */
  untilExpiryMs(): number {
    return (this.#lines[0]?.queuedAt ?? this.#clock.now()) + this.#options.maxAgeMs - this.#clock.now();
  }

  /** Drops everything. */
  clear(reason: string): void {
    for (const { settle } of this.#lines.splice(0)) settle({ state: 'dropped', reason });
  }

  #leaveOut(lines: readonly Line[], reason: string): void {
    this.#logger.warn({ lines: lines.length, reason }, 'twitch lines left out');
    for (const { channel, settle } of lines) {
      this.#leftOut.set(channel, (this.#leftOut.get(channel) ?? 0) + 1);
      settle({ state: 'dropped', reason });
    }
  }
}
