// Health is freshness: a link to the outside (Redis, RabbitMQ, a chat…) is as healthy as its last proof of life is young.
import type { Clock } from './clock.ts';

/** `standby`: another process holds this link for all of us, and this one would take over; that is well. */
export type LinkState = 'off' | 'standby' | 'connecting' | 'up' | 'down';

export interface LinkStatus {
  readonly name: string;
  readonly state: LinkState;
  /** Why it is off or down, or what it is connected to. */
  readonly detail: string;
  /** When the state began, ms since the epoch. */
  readonly since: number;
  /** When the far side last proved to be alive, ms since the epoch; null when it never did. */
  readonly lastProofAt: number | null;
  /** When each kind of sign was last seen, such as the answer to a heartbeat, ms since the epoch. */
  readonly seen: Readonly<Record<string, number>>;
  /** How often it was closed and opened again because it had fallen silent while it seemed open. */
  readonly recreated: number;
  /** Whether Swarmline cannot work without it. */
  readonly hard: boolean;
}

export interface LinkOptions {
  readonly name: string;
  readonly hard: boolean;
  readonly clock: Clock;
  /** An `up` link whose last proof is older than this counts as down, ms; default 30,000. */
  readonly staleAfterMs?: number;
  /** Told once per change of state, not per retry. */
  readonly onChange?: (status: LinkStatus) => void;
}

export class Link {
  readonly #options: LinkOptions;
  #state: LinkState = 'connecting';
  #detail = '';
  /** What was told of it when it was last up. */
  #upDetail = '';
  #since: number;
  #lastProofAt: number | null = null;
  #recreated = 0;
  #waits = false;
  readonly #seen: Record<string, number> = {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** The far side answered just now. Without a word of its own it is what it was when it was last up. */
  proof(detail = this.#upDetail): void {
    this.#upDetail = detail;
    this.#lastProofAt = this.#options.clock.now();
    this.#set('up', detail);
  }

  /** A sign of this kind came in; it tells its age and moves no state. */
  saw(kind: string): void {
    this.#seen[kind] = this.#options.clock.now();
  }

  /** It seemed open and was silent, so it was closed to be opened again. */
  recreated(why: string): void {
    this.#recreated += 1;
    this.down(why);
  }

  connecting(detail: string): void {
    this.#set('connecting', detail);
  }

  /** Nobody asks the far side yet, since whoever will comes after another that is not there: it is not to blame. */
  waitsFor(other: string): void {
    this.#set('connecting', `waits for ${other}`);
    this.#waits = true;
  }

  /** Whoever asks the far side has begun; changes nothing where it was not waited for. */
  begins(detail = ''): void {
    if (this.#waits) this.connecting(detail);
  }

  get isWaiting(): boolean {
    return this.#waits;
  }

  down(detail: string): void {
    this.#set('down', detail);
  }

  /** It does not answer: down, or, when it never yet did, still connecting; a server that is starting is not lost. */
  unanswered(detail: string): void {
    this.#set(this.#lastProofAt === null ? 'connecting' : 'down', detail);
  }

  /** Switched off by configuration; `detail` says how to switch it on. */
  off(detail: string): void {
    this.#set('off', detail);
  }

  /** Another process holds it. */
  standby(detail: string): void {
    this.#set('standby', detail);
  }

  status(): LinkStatus {
    const { name, hard, clock, staleAfterMs = 30_000 } = this.#options;
    // A clock that was set back would leave the last proof in the future, and the link fresh until then.
    if (this.#lastProofAt !== null) this.#lastProofAt = Math.min(this.#lastProofAt, clock.now());
    const silentMs = clock.now() - (this.#lastProofAt ?? this.#since);
    const stale = this.#state === 'up' && silentMs > staleAfterMs;
    const detail = stale ? `no sign of life for ${Math.round(silentMs / 1000)} s` : this.#detail;
    return {
      name,
      hard,
      state: stale ? 'down' : this.#state,
      detail: this.#recreated === 0 ? detail : `${detail}; re-created ${this.#recreated}×`,
      since: this.#since,
      lastProofAt: this.#lastProofAt,
      seen: { ...this.#seen },
      recreated: this.#recreated,
    };
  }

  #set(state: LinkState, detail: string): void {
    this.#detail = detail;
    const hasWaited = this.#waits;
    this.#waits = false;
    // The wait was for another: from now on it is patience with this one.
    if (hasWaited) this.#since = this.#options.clock.now();
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#options.clock.now();
    this.#options.onChange?.(this.status());
  }
}
