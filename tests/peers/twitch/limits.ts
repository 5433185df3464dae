// Twitch's limits for one account, as a judge: it is told each message and each JOIN and says what becomes of it.
// One counter of messages for the whole account, with two caps.

export interface TwitchLimits {
  /** Messages in a window as a plain user; default 20. */
  readonly messages: number;
  /** Messages in a window as moderator or broadcaster; default 100. */
  readonly modMessages: number;
  /** Ms; default 30,000. */
  readonly windowMs: number;
  /** How long an account is ignored after it broke the limit, ms; default 30 minutes. */
  readonly muteMs: number;
  /** The same text in a channel within this is dropped, ms; default 30,000. */
  readonly duplicateMs: number;
  /** JOINs in their window; default 20. */
  readonly joins: number;
  /** Ms; default 10,000. */
  readonly joinWindowMs: number;
  /** Characters; a longer message is dropped. Default 500. */
  readonly maxCharacters: number;
}

export const realLimits: TwitchLimits = {
  messages: 20,
  modMessages: 100,
  windowMs: 30_000,
  muteMs: 30 * 60_000,
  duplicateMs: 30_000,
  joins: 20,
  joinWindowMs: 10_000,
  maxCharacters: 500,
};

export type Verdict = 'ok' | 'msg_ratelimit' | 'msg_duplicate' | 'too_long';

export class AccountLimits {
  readonly #limits: TwitchLimits;
  readonly #texts = new Map<string, number>();
  #messages: number[] = [];
  #joins: number[] = [];
  #mutedUntil = 0;

  constructor(limits: TwitchLimits) {
    this.#limits = limits;
  }

  message(channel: string, text: string, privileged: boolean, now: number): Verdict {
    const { messages, modMessages, windowMs, muteMs, duplicateMs, maxCharacters } = this.#limits;
    this.#messages = [...this.#messages.filter((at) => at > now - windowMs), now];
    if (now < this.#mutedUntil) return 'msg_ratelimit';
    if (this.#messages.length > (privileged ? modMessages : messages)) {
      this.#mutedUntil = now + muteMs;
      return 'msg_ratelimit';
    }
    if ([...text].length > maxCharacters) return 'too_long';
    const key = `${channel} ${text}`;
    const before = this.#texts.get(key) ?? Number.NEGATIVE_INFINITY;
    if (!privileged && now - before < duplicateMs) return 'msg_duplicate';
    this.#texts.set(key, now);
    return 'ok';
  }

  /** Whether the JOIN is heeded. */
  join(now: number): boolean {
    this.#joins = [...this.#joins.filter((at) => at > now - this.#limits.joinWindowMs), now];
    return this.#joins.length <= this.#limits.joins;
  }
}
