// One channel as the runner uses it: waited for within bounds, and told of ends as far as it heard of beginnings.
import type { Clock } from '../clock.ts';
import { coreErrors, SwarmError, toSwarmError } from '../errors.ts';
import type { Notice, NoticedAlert } from './alert.ts';
import type { AlertChannel } from './channels/channel.ts';
import { Heard } from './heard.ts';
import { shortened } from './notices.ts';

/** Whatever a channel does by itself, it is waited for no longer than this, ms. */
const sendWithinMs = 20_000;

/** `nothing`: none of it was for this channel. */
export type Sent = 'taken' | 'nothing' | { readonly channel: string; readonly error: SwarmError };

export class Outlet {
  readonly #clock: Clock;
  readonly #channel: AlertChannel;
  readonly #heard: Heard;

  constructor(channel: AlertChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.#heard = new Heard(channel.lateForMs);
  }

  get name(): string {
    return this.#channel.name;
  }

  /** It took the beginning of this from another process. */
  assume(alert: NoticedAlert): void {
    this.#heard.assume(alert);
  }

  /** Never rejects. What was not taken and is still to be told is kept for `sendOwed`. */
  async send(notice: Notice): Promise<Sent> {
    const own = this.#heard.begin(notice, this.#clock.now());
    return own === null ? 'nothing' : await this.#send(own);
  }

  /** Tries again what is due; null when nothing is. */
  sendOwed(): Promise<Sent> | null {
    const owed = this.#heard.due(this.#clock.now());
    return owed === null ? null : this.#send(owed);
  }

  async #send(notice: Notice): Promise<Sent> {
    const stop = new AbortController();
    const over = new AbortController();
    const late = this.#clock.sleep(sendWithinMs, over.signal).then(() => {
      throw new SwarmError(coreErrors.alertUndelivered, `no end within ${sendWithinMs / 1000} s`);
    });
    try {
      await Promise.race([this.#channel.send(shortened(notice), stop.signal), late]);
      this.#heard.took(notice);
      return 'taken';
    } catch (thrown) {
      const error = toSwarmError(thrown);
      this.#heard.missed(notice, this.#clock.now(), { mayPass: error.retryable });
      return { channel: this.name, error };
    } finally {
      late.catch(() => undefined);
      stop.abort();
      over.abort();
    }
  }
}
