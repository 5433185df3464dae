// Asks each second what is not well, and has it told on each way out by itself. A way that fails keeps no other from
// telling; that all of them fail is an error of the log, the last place there is.
import type { Clock } from '../clock.ts';
import { toSwarmError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { AlertSignal, AlertState, Notice, Telling } from './alert.ts';
import type { BookOptions } from './book.ts';
import { type AlertChannel, wayKeyOf } from './channels/channel.ts';
import { type AlertClaims, unshared } from './claims.ts';
import { shortened } from './notices.ts';
import type { Sent } from './outlet.ts';
import type { Silences } from './silences.ts';
import { Teller } from './teller.ts';
import type { VoiceOptions } from './voice.ts';

export interface AlertRunnerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly channels: readonly AlertChannel[];
  /** Those of one way out, by its key. */
  readonly claims: (way: string) => AlertClaims;
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

/** A notice, and who tells it. */
interface Due {
  readonly notice: Notice;
  readonly tellers: readonly Teller[];
}

const everyMs = 1_000;
const silencesEveryMs = 5_000;
/** The first that is so of any of its ways. */
const tellings: readonly Telling[] = ['told', 'waiting', 'elsewhere'];

export class AlertRunner {
  readonly #deps: AlertRunnerDeps;
  readonly #tellers: readonly Teller[];
  readonly #stop = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #firing: ReadonlySet<string> = new Set();
  #running: Promise<unknown> = Promise.resolve();
  #silencesAt = Number.NEGATIVE_INFINITY;

  constructor(deps: AlertRunnerDeps, options: AlertRunnerOptions = {}) {
    const { clock, channels, claims } = deps;
    const { escalateTo, ...others } = options;
    this.#deps = deps;
    const tellers = channels.map((channel) => {
      const isLast = escalateTo === undefined || escalateTo.includes(channel.name);
      const own = isLast ? others : { ...others, escalateTimes: 0 };
      return new Teller({ clock, channel, claims: claims(wayKeyOf(channel)) }, own);
    });
    const silent = () => new Teller({ clock, channel: null, claims: unshared }, others);
    this.#tellers = tellers.length > 0 ? tellers : [silent()];
  }

  /** Begins to look; connects to nothing. */
  start(): void {
    this.#running = this.#keepLooking(this.#stop.signal);
  }

  /** What fires in this process, or has its end held back. */
  active(): readonly AlertState[] {
    const now = this.#deps.clock.now();
    const isMute = this.#deps.channels.length === 0;
    const [first = [], ...others] = this.#tellers.map((teller) => teller.active(now));
    return first.map((alert) => {
      const { way: _, held: __, ...rest } = alert;
      const all = [alert, ...others.flatMap((some) => some.find(({ key }) => key === alert.key) ?? [])];
      const telling = tellings.find((one) => all.some((sight) => sight.telling === one)) ?? 'waiting';
      return {
        ...rest,
        told: all.some(({ told }) => told),
        telling: isMute ? 'nowhere' : telling,
        ways: all.flatMap(({ way, held }) => (held === null ? (way ?? []) : [])),
        held: all.flatMap(({ held }) => held ?? []),
      };
    });
  }

  /** Ends; the last words are told at once and the claims given back, in no more than `withinMs`. */
  async stop(last: readonly AlertSignal[], withinMs: number): Promise<void> {
    const { clock } = this.#deps;
    this.#stop.abort();
    await this.#running;
    const now = clock.now();
    if (last.length > 0) {
      const notice = lastNotice(last, now);
      this.#track(this.#note(notice, () => this.#tellers.map((teller) => teller.say(notice))));
    }
    const done = new AbortController();
    const late = clock.sleep(withinMs, done.signal).catch(() => undefined);
    const left = this.#tellers.map((teller) => teller.leave(now));
    await Promise.race([Promise.all([...this.#sending, ...left]), late]);
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
      for (const { notice, tellers } of await this.#due(now)) {
        this.#track(this.#note(notice, () => tellers.map((teller) => teller.tell(notice))));
      }
      for (const teller of this.#tellers) this.#goOn(teller, now);
    } catch (thrown) {
      this.#deps.logger.error({ error: toSwarmError(thrown).message }, 'alerts could not be judged');
    }
  }

  #judge(now: number): void {
    const signals = this.#deps.conditions();
    const keys = new Set(signals.map(({ key }) => key));
    const over = [...this.#firing].filter((key) => !keys.has(key));
    for (const teller of this.#tellers) teller.judge(signals, over, now);
    this.#firing = keys;
  }

  // The ways mostly agree, and what they tell alike is one line of the log.
  async #due(now: number): Promise<readonly Due[]> {
    const due = new Map<string, Due>();
    const taken = await Promise.all(
      this.#tellers.map(async (teller) => ({ teller, notices: await teller.take(now) })),
    );
    for (const { teller, notices } of taken) {
      for (const notice of notices) {
        const same = JSON.stringify(notice);
        due.set(same, { notice, tellers: [...(due.get(same)?.tellers ?? []), teller] });
      }
    }
    return [...due.values()];
  }

  #track(work: Promise<unknown>): void {
    const sending = work.then(() => undefined).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  #goOn(teller: Teller, now: number): void {
    const { owed, asked } = teller.goOn(now);
    const note = (outcome: Sent) =>
      this.#deps.logger.debug({ outcome }, 'what a channel missed was told again');
    if (owed) this.#track(owed.then(note));
    if (asked) this.#track(asked);
  }

  /** Has it sent, and writes down what became of it. */
  async #note(notice: Notice, send: () => readonly Promise<Sent>[]): Promise<void> {
    const { logger } = this.#deps;
    const { kind, severity, alerts, more } = shortened(notice);
    const facts = { kind, severity, keys: alerts.map(({ key }) => key), more: more.alerts };
    logger[kind === 'resolved' ? 'info' : 'warn'](facts, 'alert');
    const sent = await Promise.all(send());
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
    if (read) for (const teller of this.#tellers) teller.silence(read);
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
