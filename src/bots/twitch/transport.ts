// Keeps one live, joined connection to Twitch and says on the link how it stands. Opens a new session whenever the
// last one ended, was told to RECONNECT or fell silent; a refused login ends it for good. What is said is sender.ts.

import type { ClientConstructor } from 'tmi.js';
import { domainErrors } from '../../contracts/errors.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/errors.ts';
import type { Link } from '../../core/links.ts';
import type { Logger } from '../../core/logger.ts';
import { createStop } from '../../core/stop.ts';
import { Channels } from './channels.ts';
import { twitchFault } from './faults.ts';
import type { LimiterOptions } from './limiter.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import type { WireEvent } from './wire.ts';

export interface TransportDeps {
  readonly Client: ClientConstructor;
  readonly link: Link;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told each line of Twitch, after the transport has read it. */
  readonly onEvent: (event: WireEvent) => void;
  /** Told when a connection is over, before the next one is tried. */
  readonly onLost: () => void;
}

export interface TransportTimes {
  /** A connection silent for this long is asked with PING, ms. */
  readonly pingAfterMs: number;
  /** A connection silent for this long is dropped, ms; also bounds the handshake and the login. */
  readonly silentAfterMs: number;
  /** How often the silence and the missing channels are looked at, ms. */
  readonly tickMs: number;
  /** A JOIN without an answer is repeated after this, ms. */
  readonly joinRetryMs: number;
  /** First and longest wait between two connections, ms. */
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  /** A connection that lasted less counts as another failure, ms: Twitch allows 20 logins in 10 s. */
  readonly steadyAfterMs: number;
  readonly joins: LimiterOptions;
}

export interface TransportOptions extends SessionOptions, TransportTimes {
  /** Login names, without `#`. */
  readonly channels: readonly string[];
}

interface Ending {
  readonly reason: string;
  /** Whether Twitch refused the credentials. */
  readonly refused: boolean;
}

export class Transport {
  readonly #deps: TransportDeps;
  readonly #options: TransportOptions;
  readonly #channels: Channels;
  readonly #abort = createStop();
  #session: Session | undefined;
  #welcomed = false;
  #lastLineAt = 0;
  #refusal: string | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: TransportDeps, options: TransportOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#channels = new Channels(options.channels, options, deps.clock);
  }

  /** Begins to connect and returns at once. */
  start(): void {
    this.#running ??= this.#supervise().catch((thrown: unknown) => {
      this.#deps.link.down(errorText(thrown));
      this.#deps.logger.error({ error: errorText(thrown) }, 'twitch given up');
    });
  }

  /** Closes the connection; none is opened after it. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#session?.close('stopped');
    await this.#running;
  }

  /** Whether a line to this channel would reach Twitch now, as far as is known. */
  canSay(channel: string): boolean {
    return this.#welcomed && this.#channels.isJoined(channel);
  }

  /** Whether the bot is moderator or broadcaster there. */
  isPrivileged(channel: string): boolean {
    return this.#channels.isPrivileged(channel);
  }

  /** Writes a line; no proof of anything. The nonce may come back in the USERSTATE that acknowledges it. */
  say(channel: string, text: string, nonce: string): void {
    this.#session?.write(`@client-nonce=${nonce} PRIVMSG #${channel} :${text}`);
  }

  async #supervise(): Promise<void> {
    const { clock, link, logger, onLost } = this.#deps;
    const { username, retry, steadyAfterMs } = this.#options;
    const { signal } = this.#abort;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const openedAt = clock.now();
      if (attempt === 1) link.connecting('connecting');
      const { reason, refused } = await this.#runSession();
      onLost();
      if (signal.aborted) break;
      if (refused) {
        link.down(`Twitch refused the login of ${username} (${reason}): check TWITCH_TOKEN, then restart`);
        logger.error({ code: domainErrors.chatAuth.code, reason }, 'twitch login refused; not tried again');
        return;
      }
      if (clock.now() - openedAt >= steadyAfterMs) attempt = 1;
      const { code } = twitchFault(reason);
      if (attempt === 1) logger.warn({ code, reason }, 'twitch connection lost; reconnecting');
      link.down(`${reason}; reconnecting`);
      await clock.sleep(backoffMs(attempt, retry), signal).catch(() => undefined);
    }
    link.down('stopped');
  }

  async #runSession(): Promise<Ending> {
    const { Client, logger, clock } = this.#deps;
    this.#lastLineAt = clock.now();
    this.#refusal = undefined;
    this.#channels.forget();
    const onEvent = (event: WireEvent) => {
      if (this.#session === session) this.#onEvent(event, session);
    };
    const session = openSession({ Client, logger, onEvent }, this.#options);
    this.#session = session;
    const watching = new AbortController();
    const watch = this.#watch(session, watching.signal);
    const reason = await session.ended;
    this.#session = undefined;
    this.#welcomed = false;
    watching.abort();
    await watch;
    session.close(reason);
    return { reason: this.#refusal ?? reason, refused: this.#refusal !== undefined };
  }

  async #watch(session: Session, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const { pingAfterMs, silentAfterMs, tickMs } = this.#options;
    let pingedAt = 0;
    while (!signal.aborted) {
      const silentMs = clock.now() - this.#lastLineAt;
      if (silentMs >= silentAfterMs) this.#dropSilent(session, silentMs);
      else if (this.#welcomed) {
        if (silentMs >= pingAfterMs && clock.now() - pingedAt >= pingAfterMs) {
          pingedAt = clock.now();
          session.write('PING');
        }
        this.#join(session);
      }
      await clock.sleep(tickMs, signal).catch(() => undefined);
    }
  }

  #dropSilent(session: Session, silentMs: number): void {
    const reason = `Twitch was silent for ${Math.round(silentMs / 1000)} s`;
    // One that was never welcomed has not fallen silent; it never came.
    if (this.#welcomed) this.#deps.link.recreated(reason);
    session.close(reason);
  }

  #onEvent(event: WireEvent, session: Session): void {
    this.#lastLineAt = this.#deps.clock.now();
    this.#deps.link.saw(event.kind === 'pong' ? 'pong' : 'line');
    if (event.kind === 'welcome') {
      this.#welcomed = true;
      this.#join(session);
    }
    if (event.kind === 'joined') this.#channels.joined(event.channel);
    if (event.kind === 'userstate') this.#channels.privileged(event.channel, event.privileged);
    // Twitch gives a refused login no id, but nothing else is noticed outside a channel before the welcome.
    if (event.kind === 'notice' && !this.#welcomed && event.channel === null) {
      this.#refusal = event.text;
      session.close(event.text);
    }
    if (event.kind === 'reconnect') session.close('Twitch asked to reconnect');
    this.#tellLink();
    this.#deps.onEvent(event);
  }

  // Logged in but in no channel is not up: nobody could be answered.
  #tellLink(): void {
    if (!this.#welcomed) return;
    const where = `${this.#options.username} in ${this.#channels.summary()}`;
    if (this.#channels.isAnyJoined()) this.#deps.link.proof(where);
    else this.#deps.link.connecting(where);
  }

  #join(session: Session): void {
    for (const channel of this.#channels.due()) session.write(`JOIN #${channel}`);
  }
}
