// Runs the book: asks each second what is not well, and sends what the book says to all channels at once. A channel that
// fails keeps no other from telling; that all of them fail is an error of the log, the last place there is.
import type { Clock } from '../clock.ts';
import { toSwarmError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { AlertSignal, AlertState, BookedAlert, Notice, NoticedAlert, Telling } from './alert.ts';
import { AlertBook, type BookOptions } from './book.ts';
import type { AlertChannel } from './channels/channel.ts';
import type { AlertClaims } from './claims.ts';
import { shortened } from './notices.ts';
import { Outlet } from './outlet.ts';
import type { Silences } from './silences.ts';
import { Voice, type VoiceOptions } from './voice.ts';

export interface AlertRunnerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly channels: readonly AlertChannel[];
  readonly claims: AlertClaims;
  readonly silences: Pick<Silences, 'list'>;
  /** All that is not well at this moment; what it no longer names is over. Must answer from memory. */
  readonly conditions: () => readonly AlertSignal[];
  /** While it is so, nothing begins and nothing is over. */
  readonly frozen: () => boolean;
}

export interface AlertRunnerOptions extends Partial<BookOptions>, Partial<VoiceOptions> {
  /** Names of the channels that hear of an alert again when nobody reacts; default all. */
  readonly escalateTo?: readonly string[];
}

const everyMs = 1_000;
const silencesEveryMs = 5_000;
/** A channel that hangs keeps an alert no longer than this from counting as told, ms. */
const toldWithinMs = 2_000;

export class AlertRunner {
  readonly #deps: AlertRunnerDeps;
  readonly #options: AlertRunnerOptions;
  readonly #book: AlertBook;
  readonly #outlets: readonly Outlet[];
  readonly #voice: Voice;
  /** Keys of what this process has told itself, and not what it took over from another. */
  readonly #toldHere = new Set<string>();
  /** Due, while it is asked whose they are to tell. */
  readonly #asking = new Set<string>();
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #firing: ReadonlySet<string> = new Set();
  #running: Promise<unknown> = Promise.resolve();
  #silencesAt = Number.NEGATIVE_INFINITY;

  constructor(deps: AlertRunnerDeps, options: AlertRunnerOptions = {}) {
    this.#deps = deps;
    this.#options = options;
    this.#book = new AlertBook(options);
    this.#outlets = deps.channels.map((channel) => new Outlet(channel, deps.clock));
    this.#voice = new Voice({ book: this.#book, claims: deps.claims }, options);
  }

  /** Begins to look; connects to nothing. */
  start(): void {
    this.#running = this.#keepLooking(this.#stop.signal);
  }

  /** What fires in this process. */
  active(): readonly AlertState[] {
    return this.#book.active(this.#deps.clock.now()).map((alert) => ({
      ...alert,
      telling: this.#tellingOf(alert),
      ways: this.#outlets.flatMap((outlet) => outlet.wayOf(alert) ?? []),
    }));
  }

  /** Ends; the last words are told at once and the claims given back, in no more than `withinMs`. */
  async stop(last: readonly AlertSignal[], withinMs: number): Promise<void> {
    const { clock } = this.#deps;
    this.#stop.abort();
    await this.#running;
    const now = clock.now();
    if (last.length > 0) this.#send(lastNotice(last, now), async () => undefined);
    const done = new AbortController();
    const late = clock.sleep(withinMs, done.signal).catch(() => undefined);
    await Promise.race([Promise.all([...this.#sending, this.#voice.leave(now)]), late]);
    done.abort();
  }

  async #keepLooking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      await this.#deps.clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const now = this.#deps.clock.now();
    try {
      await this.#readSilences(now);
      if (!this.#deps.frozen()) this.#judge(now);
      await this.#voice.attend(now);
      for (const notice of this.#book.take(now)) await this.#tell(notice, now);
      for (const outlet of this.#outlets) {
        this.#sendOwed(outlet);
        const asked = outlet.askOn();
        if (asked) this.#track(asked);
      }
    } catch (thrown) {
      this.#deps.logger.error({ error: toSwarmError(thrown).message }, 'alerts could not be judged');
    }
  }

  #judge(now: number): void {
    const signals = this.#deps.conditions();
    for (const signal of signals) this.#book.firing(signal, now);
    const keys = new Set(signals.map(({ key }) => key));
    for (const key of this.#firing) if (!keys.has(key)) this.#book.resolved(key, now);
    this.#firing = keys;
  }

  #tellingOf({ key, telling }: BookedAlert): Telling {
    if (this.#outlets.length === 0) return 'nowhere';
    return this.#asking.has(key) ? 'waiting' : telling;
  }

  async #tell(notice: Notice, now: number): Promise<void> {
    for (const { key } of notice.alerts) this.#asking.add(key);
    const own = await this.#voice.ownOf(notice, now).finally(() => this.#asking.clear());
    // What is only counted is each process's own.
    if (own.length === 0 && notice.more.alerts === 0) return;
    for (const alert of own) this.#noteTeller(alert);
    this.#send({ ...notice, alerts: own }, () => this.#voice.sent(own));
  }

  // The ways out remember what they took, but not what they took from a process before this one.
  #noteTeller(alert: NoticedAlert): void {
    if (!alert.over) this.#toldHere.add(alert.key);
    else if (!this.#toldHere.delete(alert.key)) for (const outlet of this.#outlets) outlet.assume(alert);
  }

  #send(notice: Notice, whenTold: () => Promise<void>): void {
    const done = new AbortController();
    const told = this.#deps.clock.sleep(toldWithinMs, done.signal).catch(() => undefined);
    const sent = this.#sendToAll(notice).finally(() => done.abort());
    this.#track(Promise.all([sent, told.then(whenTold)]));
  }

  #track(work: Promise<unknown>): void {
    const sending = work.then(() => undefined).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  #sendOwed(outlet: Outlet): void {
    const sent = outlet.sendOwed();
    if (sent === null) return;
    const note = (outcome: unknown) =>
      this.#deps.logger.debug({ channel: outlet.name, outcome }, 'what a channel missed was told again');
    this.#track(sent.then(note));
  }

  async #sendToAll(notice: Notice): Promise<void> {
    const { logger } = this.#deps;
    const { escalateTo } = this.#options;
    const { kind, severity, alerts, more } = shortened(notice);
    const facts = { kind, severity, keys: alerts.map(({ key }) => key), more: more.alerts };
    logger[kind === 'resolved' ? 'info' : 'warn'](facts, 'alert');
    const named = this.#outlets.filter(
      ({ name }) => kind !== 'escalated' || escalateTo === undefined || escalateTo.includes(name),
    );
    const sent = await Promise.all(named.map((outlet) => outlet.send(notice)));
    const met = sent.flatMap((outcome) => (typeof outcome === 'string' ? [] : outcome));
    if (sent.includes('taken') || met.length === 0) {
      for (const { channel, error } of met) {
        logger.warn(
          { ...facts, channel, code: error.code, error: error.message },
          'a channel did not take an alert',
        );
      }
      return;
    }
    const errors = met.map(({ channel, error }) => `${channel}: ${error.message}`);
    logger.error({ ...facts, errors, alerts }, 'an alert could not be told anywhere');
  }

  async #readSilences(now: number): Promise<void> {
    if (now - this.#silencesAt < silencesEveryMs) return;
    this.#silencesAt = now;
    const read = await this.#deps.silences.list(now).catch(() => null);
    if (read) this.#book.silence(read);
  }
}

function lastNotice(signals: readonly AlertSignal[], now: number): Notice {
  return {
    kind: 'firing',
    severity: signals.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning',
    at: now,
    alerts: signals.map((signal) => ({ ...signal, since: now, over: false })),
    more: { alerts: 0, sources: [] },
  };
}
