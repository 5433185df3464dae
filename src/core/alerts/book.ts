// The book of alerts: decides who is told what and when, so that ten thousand errors become a handful of messages. It
// has no clock and sends nothing: time comes in, notices go out.
import type { Alert, AlertSignal, BookedAlert, Notice, Silence } from './alert.ts';
import { covers } from './alert.ts';
import { type Due, ended, noticesOf } from './notices.ts';
import { Tokens } from './tokens.ts';

/** Times in ms. */
export interface BookOptions {
  /** From the first alert of a group until it is told, so that the others are told with it; what is over by then is not told. */
  readonly groupMs: number;
  /** A critical alert that is neither over nor silenced is told again after this, so many times. */
  readonly escalateAfterMs: number;
  readonly escalateTimes: number;
  /** More are counted and not kept. */
  readonly maxAlerts: number;
  /** So many notices at once, then one each `refillMs`. */
  readonly burst: number;
  readonly refillMs: number;
  /** One that began this often within `flapWindowMs` flaps; it counts as over when it stayed away for `steadyMs`. */
  readonly flapsAt: number;
  readonly flapWindowMs: number;
  readonly steadyMs: number;
}

export const bookDefaults: BookOptions = {
  groupMs: 5_000,
  escalateAfterMs: 15 * 60_000,
  escalateTimes: 3,
  maxAlerts: 200,
  burst: 6,
  refillMs: 120_000,
  flapsAt: 4,
  flapWindowMs: 600_000,
  steadyMs: 300_000,
};

interface Entry {
  alert: Alert;
  /** When it is to be told; null when it was. */
  tellAt: number | null;
  toldAt: number | null;
  /** Another process tells it. */
  elsewhere: boolean;
  escalations: number;
  flapping: boolean;
  /** When it ceased to be so; null while it fires. */
  overSince: number | null;
  /** When it was so again after that; null where it never ceased. */
  backSince: number | null;
}

export class AlertBook {
  readonly #options: BookOptions;
  readonly #entries = new Map<string, Entry>();
  /** When each key began, also of those that are over: who flaps is seen by it. */
  readonly #begins = new Map<string, number[]>();
  readonly #tokens: Tokens;
  #over: Alert[] = [];
  /** What could not be kept: how many of which source. */
  #overflow = new Map<string, number>();
  #overflowAt = 0;
  #silences: readonly Silence[] = [];

  constructor(options: Partial<BookOptions> = {}) {
    this.#options = { ...bookDefaults, ...options };
    this.#tokens = new Tokens(this.#options);
  }

  /** It is so now. Said again of the same key, it only brings its detail up to date. */
  firing(signal: AlertSignal, now: number): void {
    const known = this.#entries.get(signal.key);
    if (known) {
      const worse = signal.severity === 'critical' && known.alert.severity === 'warning';
      known.alert = { ...signal, since: known.alert.since };
      if (known.overSince !== null) Object.assign(known, { overSince: null, backSince: now });
      if (worse) Object.assign(known, { tellAt: this.#windowEnd(signal, now), elsewhere: false });
      return;
    }
    // It ended and nobody has heard that yet: now it is not true any more.
    this.#over = this.#over.filter(({ key }) => key !== signal.key);
    if (this.#entries.size >= this.#options.maxAlerts) {
      if (this.#overflow.size === 0) this.#overflowAt = now + this.#options.groupMs;
      this.#overflow.set(signal.source, (this.#overflow.get(signal.source) ?? 0) + 1);
      return;
    }
    this.#entries.set(signal.key, {
      alert: { ...signal, since: this.#sinceOf(signal, now) },
      tellAt: this.#windowEnd(signal, now),
      toldAt: null,
      elsewhere: false,
      escalations: 0,
      flapping: this.#countBegins(signal.key, now) >= this.#options.flapsAt,
      overSince: null,
      backSince: null,
    });
  }

  /** It is no longer so. */
  resolved(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry) entry.overSince ??= now;
  }

  /** From now on these hold, and no others. To silence is to have seen it: nobody is told that it begins, nor again that it is so. */
  silence(silences: readonly Silence[]): void {
    this.#silences = silences;
  }

  /** Another process tells it. */
  elsewhere(key: string): void {
    this.#set(key, { tellAt: null, toldAt: null, elsewhere: true });
  }

  /** People know of it already: it is this process's from now on, and told no more. */
  heard(key: string, now: number): void {
    this.#set(key, { tellAt: null, toldAt: now, elsewhere: false });
  }

  /** Nobody else tells it any more, and people do not know of it. */
  tellNow(key: string, now: number): void {
    if (this.#entries.get(key)?.elsewhere) this.#set(key, { tellAt: now, elsewhere: false });
  }

  /** Whether it fires, or may at any moment again. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** What fires here too and is told by another process. */
  toldElsewhere(): readonly Alert[] {
    return [...this.#entries.values()].filter((entry) => entry.elsewhere).map(({ alert }) => alert);
  }

  /** Takes what counts as over by now; only what people were told of. */
  ended(now: number): readonly Alert[] {
    const all = [...this.#entries.values()].filter(
      ({ overSince, flapping }) =>
        overSince !== null && now >= overSince + (flapping ? this.#options.steadyMs : 0),
    );
    for (const { alert } of all) this.#entries.delete(alert.key);
    return all.filter(({ toldAt }) => toldAt !== null).map(({ alert }) => alert);
  }

  /** It is over for all processes, which is to be told, silenced or not: people were told that it is so. */
  over(alert: Alert): void {
    const others = this.#over.filter(({ key }) => key !== alert.key);
    this.#over = ended(others, alert, this.#options.maxAlerts);
  }

  /** Whether nobody wants to hear now that it is so. */
  isQuiet(key: string, now: number): boolean {
    return this.#silencedUntil(key, now) !== null;
  }

  /** What fires or has its end held back, the oldest first. */
  active(now: number): readonly BookedAlert[] {
    const due = new Set(this.#dueNow(now));
    return [...this.#entries.values()].map(
      ({ alert, tellAt, toldAt, elsewhere, flapping, overSince, backSince }) => ({
        ...alert,
        told: toldAt !== null,
        telling: elsewhere ? 'elsewhere' : tellAt === null ? 'told' : 'waiting',
        flapping,
        overSince,
        backSince,
        silencedUntil: this.#silencedUntil(alert.key, now),
        heldUntil: due.has(alert) ? this.#tokens.nextAt(now) : null,
      }),
    );
  }

  /** Takes what is to be told now. */
  take(now: number): readonly Notice[] {
    const due: Due = {
      firing: this.#dueNow(now),
      escalated: this.#due(now, (entry) => this.#mustEscalate(entry, now)),
      over: this.#over,
      overflow: this.#overflowAt <= now ? this.#overflow : new Map(),
    };
    const notices = noticesOf(due, { at: now, atMost: this.#tokens.left(now) });
    if (notices.length === 0) return [];
    this.#tokens.spend(notices.length);
    this.#markTold(due, now);
    return notices;
  }

  #markTold({ firing, escalated, overflow }: Due, now: number): void {
    for (const { key } of firing) this.#set(key, { tellAt: null, toldAt: now });
    for (const { key } of escalated) {
      const entry = this.#entries.get(key);
      if (entry) entry.escalations += 1;
    }
    this.#over = [];
    if (overflow === this.#overflow) this.#overflow = new Map();
  }

  #dueNow(now: number): readonly Alert[] {
    return this.#due(now, ({ tellAt }) => tellAt !== null && tellAt <= now);
  }

  // What is over at this moment is not told as what is so, though its end is held back.
  #due(now: number, wanted: (entry: Entry) => boolean): readonly Alert[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.overSince === null && wanted(entry) && !this.isQuiet(entry.alert.key, now))
      .map(({ alert }) => alert);
  }

  #mustEscalate({ alert, toldAt, escalations }: Entry, now: number): boolean {
    const { escalateAfterMs, escalateTimes } = this.#options;
    if (alert.severity !== 'critical' || toldAt === null || escalations >= escalateTimes) return false;
    return now >= toldAt + escalateAfterMs * (escalations + 1);
  }

  #set(key: string, change: Partial<Entry>): void {
    const entry = this.#entries.get(key);
    if (entry) Object.assign(entry, change);
  }

  // The first of a group opens its window, and those that come meanwhile are told with it.
  #windowEnd({ source, severity }: AlertSignal, now: number): number {
    const open = [...this.#entries.values()].find(
      ({ alert, tellAt }) =>
        alert.source === source && alert.severity === severity && tellAt !== null && tellAt > now,
    );
    return Math.min(open?.tellAt ?? Number.POSITIVE_INFINITY, now + this.#options.groupMs);
  }

  // A trouble outlives the process that sees it. One that ended here and is back has begun anew, whatever its own time says.
  #sinceOf({ key, since }: AlertSignal, now: number): number {
    const before = this.#begins.get(key)?.at(-1) ?? Number.NEGATIVE_INFINITY;
    return since !== undefined && since > before ? Math.min(since, now) : now;
  }

  /** Notes that it begins. Returns how often it did within the window. */
  #countBegins(key: string, now: number): number {
    const { flapWindowMs, maxAlerts } = this.#options;
    const begins = [...(this.#begins.get(key) ?? []).filter((at) => now - at < flapWindowMs), now];
    this.#begins.delete(key);
    this.#begins.set(key, begins);
    const [oldest] = this.#begins.keys();
    if (this.#begins.size > 2 * maxAlerts && oldest !== undefined) this.#begins.delete(oldest);
    return begins.length;
  }

  #silencedUntil(key: string, now: number): number | null {
    const untils = this.#silences
      .filter((one) => one.until > now && covers(one, key))
      .map(({ until }) => until);
    return untils.length === 0 ? null : Math.max(...untils);
  }
}
