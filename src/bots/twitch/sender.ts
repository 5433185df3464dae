// The one mouth of the bot: says lines one at a time inside the limits, and tells of each what became of it.
// Knows nothing of commands or reports; what carries the lines is transport.ts.
import { randomId } from '../../contracts/ids.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { type Delivery, deliveryOf, worstOf } from './delivery.ts';
import type { Limiter } from './limiter.ts';
import { type Line, Outbox, type OutboxOptions } from './outbox.ts';
import { RepeatGuard } from './repeat-guard.ts';
import { split } from './split.ts';
import type { WireEvent } from './wire.ts';

/** The part of the transport that a sender needs. */
export interface Mouth {
  canSay(channel: string): boolean;
  isPrivileged(channel: string): boolean;
  say(channel: string, text: string, nonce: string): void;
}

export interface SenderDeps {
  readonly mouth: Mouth;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SenderOptions extends OutboxOptions {
  /** How long Twitch may take to answer a line, ms. */
  readonly answerWithinMs: number;
  /** Twitch drops the same text in a channel within this, ms. */
  readonly duplicateWindowMs: number;
}

/** Twitch's own limit is 500 characters; the rest is room for `(repeat 12)`. */
const maxLineLength = 480;

interface InFlight {
  readonly channel: string;
  readonly nonce: string;
  readonly settle: (delivery: Delivery) => void;
}

export class Sender {
  readonly #deps: SenderDeps;
  readonly #options: SenderOptions;
  readonly #outbox: Outbox;
  readonly #repeats: RepeatGuard;
  #inFlight: InFlight | undefined;
  #nap = new AbortController();
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(deps: SenderDeps, options: SenderOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#outbox = new Outbox(options, deps.clock, deps.logger);
    this.#repeats = new RepeatGuard(options.duplicateWindowMs, deps.clock);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets the line in flight have its answer; what still waits is dropped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#nap.abort();
    await this.#running;
    this.#outbox.clear('stopped');
  }

  /** Says a message to `user` (a login; null: to everybody), in as many lines as it needs. Never rejects. */
  async say(channel: string, user: string | null, text: string): Promise<Delivery> {
    if (this.#stopped) return { state: 'dropped', reason: 'stopped' };
    const mention = user === null ? '' : `@${user} `;
    const lines = split(text, maxLineLength - mention.length).map((part) => harmless(mention + part));
    const deliveries = lines.map(
      (line) => new Promise<Delivery>((settle) => this.#outbox.add({ channel, text: line, settle })),
    );
    this.#nap.abort();
    return worstOf(await Promise.all(deliveries));
  }

  /** Feed every event of the wire. */
  onEvent(event: WireEvent): void {
    if (event.kind === 'joined') this.#nap.abort();
    if (event.kind === 'notice' && event.id === 'msg_ratelimit') this.#deps.limiter.penalise();
    const flight = this.#inFlight;
    const delivery = flight ? deliveryOf(event, flight.channel, flight.nonce) : null;
    if (delivery) flight?.settle(delivery);
  }

  /** The connection is gone: the line in flight may or may not have been said. */
  onLost(): void {
    this.#inFlight?.settle({ state: 'unknown', reason: 'connection lost' });
  }

  async #run(): Promise<void> {
    const { mouth, limiter, clock } = this.#deps;
    while (!this.#stopped) {
      const channel = this.#outbox.nextChannel((name) => mouth.canSay(name));
      const waitMs =
        channel === undefined ? Number.POSITIVE_INFINITY : limiter.waitMs(mouth.isPrivileged(channel));
      const line = channel !== undefined && waitMs === 0 ? this.#outbox.take(channel) : undefined;
      if (line) await this.#write(line);
      else await this.#sleep(Math.min(waitMs, this.#outbox.untilExpiryMs()), clock);
    }
  }

  // Until a line may go or is too old, until somebody speaks, or until a channel is joined.
  async #sleep(ms: number, clock: Clock): Promise<void> {
    this.#nap = new AbortController();
    await clock.sleep(Math.max(1, ms), this.#nap.signal).catch(() => undefined);
  }

  async #write({ channel, text, settle }: Line): Promise<void> {
    const { mouth, limiter, clock, logger } = this.#deps;
    const nonce = randomId();
    const answered = new AbortController();
    const delivery = await new Promise<Delivery>((resolve) => {
      this.#inFlight = { channel, nonce, settle: resolve };
      limiter.record();
      mouth.say(channel, this.#repeats.vary(channel, text), nonce);
      clock.sleep(this.#options.answerWithinMs, answered.signal).then(
        () => resolve({ state: 'unknown', reason: 'no answer' }),
        () => undefined,
      );
    });
    answered.abort();
    this.#inFlight = undefined;
    if (delivery.state !== 'accepted') logger.warn({ channel, ...delivery }, 'twitch line not confirmed');
    settle(delivery);
  }
}

// Twitch takes a line that begins like this for a command of its own.
function harmless(line: string): string {
  return /^[/.\\]/.test(line) ? `> ${line}` : line;
}
