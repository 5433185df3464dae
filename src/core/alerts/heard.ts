// What one channel has heard, so that it hears of an end if and only if it heard of the beginning. Without a clock, and it
// sends nothing: what was taken and what was missed comes in, what is still owed goes out.
import type { Notice, NoticedAlert } from './alert.ts';

/** An end that is owed is tried again this soon at first, ms; after a while of `patientAfterMs` less often. */
const soonMs = 5_000;
const patientAfterMs = 120_000;
const patientMs = 60_000;
/** Then it is no news any more. */
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

  /** What of a notice is for this channel, now on its way; null when there is nothing. One of `took` and `missed` must follow. */
  begin(notice: Notice, now: number): Notice | null {
    const alerts = notice.alerts.filter((alert) => !alert.over || this.#mayEnd(alert, now));
    if (alerts.length === 0 && notice.more.alerts === 0) return null;
    for (const { key, since, over } of alerts) {
      if (over) continue;
      this.#underWay.set(key, since);
      this.#owed.delete(key);
    }
    return { ...notice, alerts };
  }

  /** The channel shows this as so, whoever told it. */
  assume({ key, since }: NoticedAlert): void {
    put(this.#taken, key, since);
  }

  took({ alerts }: Notice): void {
    this.#arrived(alerts);
    for (const { key, since, over } of alerts) {
      if (over) this.#ended(key, since);
      else put(this.#taken, key, since);
    }
  }

  missed({ alerts }: Notice, now: number): void {
    this.#arrived(alerts);
    for (const alert of alerts) if (alert.over) this.#owe(alert, now);
  }

  /** The ends to try again now, in one notice that is on its way then; null when there are none. */
  due(now: number): Notice | null {
    const alerts: NoticedAlert[] = [];
    for (const [key, one] of this.#owed) {
      const { alert, since, at } = one;
      if (at === null || at > now || this.#underWay.get(key) === alert.since) continue;
      if (now - since > forMs || !this.#taken.has(key) || this.#isSoAgain(alert)) this.#owed.delete(key);
      else {
        one.at = null;
        alerts.push(alert);
      }
    }
    if (alerts.length === 0) return null;
    const severity = alerts.some((alert) => alert.severity === 'critical') ? 'critical' : 'warning';
    return { kind: 'resolved', severity, at: now, alerts, more: { alerts: 0, sources: [] } };
  }

  /** An end must not overtake its beginning: one that is on its way is waited for. */
  #mayEnd(alert: NoticedAlert, now: number): boolean {
    if (!this.#underWay.has(alert.key)) return this.#taken.has(alert.key);
    this.#owe(alert, now);
    return false;
  }

  #owe(alert: NoticedAlert, now: number): void {
    if (this.#isSoAgain(alert)) return;
    const since = this.#owed.get(alert.key)?.since ?? now;
    const at = now + (now - since < patientAfterMs ? soonMs : patientMs);
    put(this.#owed, alert.key, { alert, since, at });
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

function put<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > kept && oldest !== undefined) map.delete(oldest);
}
