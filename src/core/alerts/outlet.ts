// One channel as the runner uses it: waited for within bounds, and told of ends as far as it heard of beginnings.
import type { Clock } from '../clock.ts';
import { coreErrors, SwarmError, toSwarmError } from '../errors.ts';
import type { Alert, Notice, NoticedAlert, WayOut } from './alert.ts';
import { type AlertChannel, wayNameOf } from './channels/channel.ts';
import { Heard } from './heard.ts';
import { shortened } from './notices.ts';
import { Ways } from './ways.ts';

/** Whatever a channel does by itself, it is waited for no longer than this, ms. */
const sendWithinMs = 20_000;
/** How often a channel is asked what became of what it has handed on, ms. */
const askEveryMs = 3_000;

/** `nothing`: none of it was for this channel. */
export type Sent = 'taken' | 'nothing' | { readonly channel: string; readonly error: SwarmError };

export class Outlet {
  readonly #clock: Clock;
  readonly #channel: AlertChannel;
  readonly #heard: Heard;
  readonly #ways = new Ways();
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(channel: AlertChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.#heard = new Heard(channel.lateForMs);
  }

  /** What it is called as a way out. */
  get called(): Pick<WayOut, 'name' | 'id'> {
    return wayNameOf(this.#channel);
  }

  /** How far an alert got here; null where this way was never given it. */
  wayOf(alert: Alert): WayOut | null {
    const way = this.#ways.of(alert);
    return way && { ...way, ...this.called, again: way.state === 'missed' && this.#heard.isLate(alert) };
  }

  /** It took the beginning of this from another process. */
  assume(alert: NoticedAlert): void {
    this.#heard.assume(alert);
  }

  /** Another process has it now, or nobody wants to hear of it: what was missed is not told here. */
  leave(alert: Alert): void {
    this.#heard.leave(alert);
  }

  /** Never rejects. What was not taken and is still to be told is kept for `owed`. */
  async send(notice: Notice): Promise<Sent> {
    const own = this.#heard.begin(notice, this.#clock.now());
    return own === null ? 'nothing' : await this.#send(own);
  }

  /** Takes what is to be tried again now, but no beginning that is quiet; it must be given to `again`. Null when nothing is. */
  owed(isQuiet: (key: string) => boolean): Notice | null {
    return this.#heard.due(this.#clock.now(), isQuiet);
  }

  /** Tries again what `owed` gave. Never rejects. */
  again(owed: Notice): Promise<Sent> {
    return this.#send(owed);
  }

  /** Asks what became of what was handed on; null when there is nothing to ask. Never rejects. */
  askOn(): Promise<void> | null {
    const { fate } = this.#channel;
    const now = this.#clock.now();
    const open = this.#ways.underWay();
    if (!fate || open.length === 0 || now - this.#askedAt < askEveryMs) return null;
    this.#askedAt = now;
    const ask = async (said: Notice) => {
      const found = await fate(said).catch(() => 'under-way' as const);
      if (found === 'under-way') return;
      this.#ways.ended(said, this.#clock.now(), found === 'shown' ? null : found.lost);
    };
    return Promise.all(open.map(ask)).then(() => undefined);
  }

  async #send(notice: Notice): Promise<Sent> {
    const said = shortened(notice);
    this.#ways.sending(notice, this.#clock.now());
    const stop = new AbortController();
    const over = new AbortController();
    const late = this.#clock.sleep(sendWithinMs, over.signal).then(() => {
      throw new SwarmError(coreErrors.alertUndelivered, `no end within ${sendWithinMs / 1000} s`);
    });
    try {
      await Promise.race([this.#channel.send(said, stop.signal), late]);
      this.#heard.took(notice);
      this.#ways.taken(notice, this.#clock.now(), this.#channel.fate ? said : null);
      return 'taken';
    } catch (thrown) {
      const error = toSwarmError(thrown);
      this.#heard.missed(notice, this.#clock.now(), { mayPass: error.retryable });
      this.#ways.missed(notice, this.#clock.now(), error.message);
      return { channel: this.#channel.name, error };
    } finally {
      late.catch(() => undefined);
      stop.abort();
      over.abort();
    }
  }
}
