// Which channels are wanted, joined and moderated, and which JOIN is due. Keeps the books, writes nothing.
import { type Clock, makeSteadyNow } from '../../core/clock.ts';
import { createLimiter, type Limiter, type LimiterOptions } from './limiter.ts';

interface Room {
  joined: boolean;
  privileged: boolean;
  /** When the last JOIN was asked for, in steady ms. */
  askedAt: number;
}

export interface ChannelsOptions {
  /** A JOIN without an answer is repeated after this, ms. */
  readonly joinRetryMs: number;
  readonly joins: LimiterOptions;
}

export class Channels {
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #options: ChannelsOptions;
  readonly #now: () => number;
  readonly #limiter: Limiter;

  constructor(names: readonly string[], options: ChannelsOptions, clock: Clock) {
    this.#rooms = new Map(names.map((name) => [name, { joined: false, privileged: false, askedAt: 0 }]));
    this.#options = options;
    this.#now = makeSteadyNow(clock);
    this.#limiter = createLimiter(options.joins, clock);
  }

  /** A new connection is in no channel; what was sent before it still counts for the limits. */
  forget(): void {
    for (const room of this.#rooms.values())
      Object.assign(room, { joined: false, privileged: false, askedAt: 0 });
  }

  /** The channels to JOIN now, inside Twitch's limit; calling it means asking. */
  due(): string[] {
    const now = this.#now();
    const asked: string[] = [];
    for (const [name, room] of this.#rooms) {
      if (room.joined || now - room.askedAt < this.#options.joinRetryMs) continue;
      if (this.#limiter.waitMs(false) > 0) break;
      this.#limiter.record();
      room.askedAt = now;
      asked.push(name);
    }
    return asked;
  }

  joined(name: string): void {
    const room = this.#rooms.get(name);
    if (room) room.joined = true;
  }

  privileged(name: string, privileged: boolean): void {
    const room = this.#rooms.get(name);
    if (room) room.privileged = privileged;
  }

  isJoined(name: string): boolean {
    return this.#rooms.get(name)?.joined ?? false;
  }

  isAnyJoined(): boolean {
    return [...this.#rooms.values()].some(({ joined }) => joined);
  }

  isPrivileged(name: string): boolean {
    return this.#rooms.get(name)?.privileged ?? false;
  }

  /** `#a, #b (not joined)`. */
  summary(): string {
    return [...this.#rooms].map(([name, room]) => `#${name}${room.joined ? '' : ' (not joined)'}`).join(', ');
  }
}
