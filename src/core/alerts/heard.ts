// What one channel has heard, so that it hears of an end if and only if it heard of the beginning; a beginning that it missed
// is told late where the channel wants that. Without a clock, and it
// sends nothing: what was taken and what was missed comes in, what is still owed goes out.
import type { Alert, Notice, NoticedAlert } from './alert.ts';

/** What is owed is tried again this soon at first, ms; after a while of `patientAfterMs` less often. */
const soonMs = 5_000;
const patientAfterMs = 120_000;
const patientMs = 60_000;
/** Then an end is no news any more. */
const forMs = 24 * 3_600_000;
/** Twice what the book keeps; the oldest are forgotten. */
const kept = 400;

interface Owed {
  readonly alert: NoticedAlert;
  readonly since: number;
  /** When to try; null while it is being tried. */
  at: number | null;
}

export class Heard {
  /** Key → since when, of what the channel shows as so. */
  readonly #taken = new Map<string, number>();
  /** The same of what is on its way there. */
  readonly #underWay = new Map<string, number>();
  readonly #owed = new Map<string, Owed>();
  /** Beginnings that it missed. */
  readonly #late = new Map<string, Owed>();
  readonly #lateForMs: number;

  /** @param lateForMs how long a beginning is tried again that was missed; default not at all */
  constructor(lateForMs = 0) {
    this.#lateForMs = lateForMs;
  }

  /** What of a notice is for this channel, now on its way; null when there is nothing. One of `took` and `missed` must follow. */
  begin(notice: Notice, now: number): Notice | null {
    const alerts = notice.alerts.filter((alert) => !alert.over || this.#mayEnd(alert, now));
    if (alerts.length === 0 && notice.more.alerts === 0) return null;
    for (const { key, since, over } of alerts) {
      if (over) continue;
      this.#underWay.set(key, since);
      this.#owed.delete(key);
      this.#late.delete(key);
    }
    return { ...notice, alerts };
  }

  /** The channel shows this as so, whoever told it. */
  assume({ key, since }: NoticedAlert): void {
    put(this.#taken, key, since);
  }

  /** What is still to be told of it is not told here. */
  leave({ key }: Alert): void {
    this.#owed.delete(key);
    this.#late.delete(key);
  }

  took({ alerts }: Notice): void {
    this.#arrived(alerts);
    for (const { key, since, over } of alerts) {
      if (over) this.#ended(key, since);
      else {
        put(this.#taken, key, since);
        if (this.#late.get(key)?.alert.since === since) this.#late.delete(key);
      }
    }
  }

  /** @param fault.mayPass whether a beginning may be taken later; default true */
  missed({ alerts }: Notice, now: number, { mayPass = true } = {}): void {
    this.#arrived(alerts);
    for (const alert of alerts) {
      if (alert.over) this.#owe(alert, now);
      else if (mayPass) this.#oweLate(alert, now);
      else this.#late.delete(alert.key);
    }
  }

  /** Whether a beginning that was missed is tried again. */
  isLate({ key, since }: Alert): boolean {
    return this.#late.get(key)?.alert.since === since;
  }

  /**
   * What to try again now, in one notice that is on its way then, beginnings first; null when there is nothing.
   * @param isQuiet whether nobody wants to hear of a beginning now
   */
  due(now: number, isQuiet: (key: string) => boolean = () => false): Notice | null {
    const late = this.#dueLate(now, isQuiet);
    return late.length > 0 ? noticeOf('firing', late, now) : noticeOf('resolved', this.#dueEnds(now), now);
  }

  #dueLate(now: number, isQuiet: (key: string) => boolean): readonly NoticedAlert[] {
    const alerts: NoticedAlert[] = [];
    for (const [key, one] of this.#late) {
      if (one.at === null || one.at > now) continue;
      if (now - one.since > this.#lateForMs) this.#late.delete(key);
      else if (!isQuiet(key)) {
        one.at = null;
        this.#underWay.set(key, one.alert.since);
        alerts.push(one.alert);
      }
    }
    return alerts;
  }

  #dueEnds(now: number): readonly NoticedAlert[] {
    const alerts: NoticedAlert[] = [];
    for (const [key, one] of this.#owed) {
      const { alert, since, at } = one;
      if (at === null || at > now || this.#isOnItsWay(key, alert.since)) continue;
      if (now - since > forMs || !this.#taken.has(key) || this.#isSoAgain(alert)) this.#owed.delete(key);
      else {
        one.at = null;
        alerts.push(alert);
      }
    }
    return alerts;
  }

  #isOnItsWay(key: string, since: number): boolean {
    return this.#underWay.get(key) === since || this.#late.get(key)?.alert.since === since;
  }

  /** An end must not overtake its beginning: one that is on its way, or late, is waited for. */
  #mayEnd(alert: NoticedAlert, now: number): boolean {
    if (!this.#underWay.has(alert.key) && !this.#late.has(alert.key)) return this.#taken.has(alert.key);
    this.#owe(alert, now);
    return false;
  }

  #owe(alert: NoticedAlert, now: number): void {
    if (!this.#isSoAgain(alert)) owe(this.#owed, alert, now);
  }

  #oweLate(alert: NoticedAlert, now: number): void {
    if (this.#lateForMs > 0 && !this.#isSoAgain(alert)) owe(this.#late, alert, now);
  }

  /** Whether the same began anew: its former end would be told as that of the new one. */
  #isSoAgain({ key, since }: NoticedAlert): boolean {
    return Math.max(this.#taken.get(key) ?? 0, this.#underWay.get(key) ?? 0) > since;
  }

  #ended(key: string, since: number): void {
    this.#owed.delete(key);
    if ((this.#taken.get(key) ?? 0) <= since) this.#taken.delete(key);
  }

  #arrived(alerts: readonly NoticedAlert[]): void {
    for (const { key, since, over } of alerts) {
      if (!over && this.#underWay.get(key) === since) this.#underWay.delete(key);
    }
  }
}

function noticeOf(kind: Notice['kind'], alerts: readonly NoticedAlert[], now: number): Notice | null {
  if (alerts.length === 0) return null;
  const severity = alerts.some((alert) => alert.severity === 'critical') ? 'critical' : 'warning';
  return { kind, severity, at: now, alerts, more: { alerts: 0, sources: [] } };
}

/** Since when it is owed stays as it was. */
function owe(owed: Map<string, Owed>, alert: NoticedAlert, now: number): void {
  const since = owed.get(alert.key)?.since ?? now;
  const at = now + (now - since < patientAfterMs ? soonMs : patientMs);
  put(owed, alert.key, { alert, since, at });
}

function put<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > kept && oldest !== undefined) map.delete(oldest);
}
