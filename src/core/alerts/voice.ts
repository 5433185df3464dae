// Lets several processes speak with one voice on a way out: this one tells what no other tells, takes over what another
// leaves, and an end is told only when nobody sees the alert any more. It judges no condition and sends nothing.
import type { Alert, Notice, NoticedAlert, WayOut } from './alert.ts';
import type { AlertBook } from './book.ts';
import type { AlertClaims, Claim, Taken } from './claims.ts';

/** Times in ms. */
export interface VoiceOptions {
  /** How often to look for what another has left. */
  readonly askEveryMs: number;
  /** How often to say that what was told still fires; well below the life of a claim. */
  readonly keepEveryMs: number;
  /** What is over here is told to be over after this, unless another has taken it over; above `askEveryMs`. */
  readonly takeOverMs: number;
  /** What a process that ended has left counts as over after this; above what a condition needs to be seen anew. */
  readonly leftMs: number;
}

const voiceDefaults: VoiceOptions = {
  askEveryMs: 3_000,
  keepEveryMs: 10_000,
  takeOverMs: 6_000,
  // A link that is lost is told after a minute.
  leftMs: 90_000,
};

interface Ending {
  readonly alert: Alert;
  /** When its claim was given back; null before. */
  at: number | null;
}

export interface VoiceDeps {
  readonly book: AlertBook;
  readonly claims: AlertClaims;
  /** How far it got where this process told it; null where it did not. */
  readonly wayOf: (alert: Alert) => Pick<WayOut, 'state' | 'at'> | null;
  /** It is over and silenced: where its beginning is yet to be told, neither is. */
  readonly unwanted: (alert: Alert) => void;
}

export class Voice {
  readonly #book: AlertBook;
  readonly #claims: AlertClaims;
  readonly #wayOf: VoiceDeps['wayOf'];
  readonly #unwanted: VoiceDeps['unwanted'];
  readonly #options: VoiceOptions;
  /** Told while nobody could say whose they are: their end is told the same way. */
  readonly #alone = new Set<string>();
  /** On their way to people: not given back before they are there. */
  readonly #telling = new Set<string>();
  readonly #ending = new Map<string, Ending>();
  /** Over, and the end follows a beginning that is late: once there, that is not noted as what still is so. */
  readonly #followed = new Set<string>();
  /** Told to be over while Redis was away, which still has them. */
  readonly #owed = new Set<string>();
  /** How the way took what another process told. */
  readonly #before = new Map<string, Taken>();
  /** When each that nobody claims was first seen so. */
  #left: ReadonlyMap<string, number> = new Map();
  #askedAt = Number.NEGATIVE_INFINITY;
  #keptAt = Number.NEGATIVE_INFINITY;
  #leaving = false;

  constructor({ book, claims, wayOf, unwanted }: VoiceDeps, options: Partial<VoiceOptions> = {}) {
    this.#book = book;
    this.#claims = claims;
    this.#wayOf = wayOf;
    this.#unwanted = unwanted;
    this.#options = { ...voiceDefaults, ...options };
  }

  /** Follows what the book and the other processes have seen meanwhile. */
  async attend(now: number): Promise<void> {
    for (const key of this.#before.keys()) if (!this.#book.has(key)) this.#before.delete(key);
    for (const alert of this.#book.ended(now)) this.#ending.set(alert.key, { alert, at: null });
    await Promise.all([...this.#ending.values()].map((ending) => this.#settle(ending, now)));
    if (now - this.#askedAt >= this.#options.askEveryMs) {
      this.#askedAt = now;
      await this.#ask(this.#book.toldElsewhere(), now);
      await this.#lookAtLeft(now);
    }
    if (now - this.#keptAt >= this.#options.keepEveryMs) {
      this.#keptAt = now;
      await Promise.all(this.#told(now).map((alert) => this.#keep(alert)));
    }
  }

  /** What of a notice is this process's to tell; `sent` is to be called when that is done. */
  async ownOf(notice: Notice, now: number): Promise<readonly NoticedAlert[]> {
    const mine = await Promise.all(
      notice.alerts.map((alert) => (alert.over ? this.#mayEnd(alert) : this.#mayTell(alert, notice, now))),
    );
    return notice.alerts.filter((_, i) => mine[i]);
  }

  /** How the way took what another process told, where that is known. */
  before(key: string): Taken | null {
    return this.#before.get(key) ?? null;
  }

  /** What the way has missed goes there again; `sent` is to be called when that is done. */
  again(alerts: readonly NoticedAlert[]): void {
    for (const { over, key } of alerts) if (!over) this.#telling.add(key);
  }

  /** The way has taken these, or has not. */
  async sent(alerts: readonly NoticedAlert[]): Promise<void> {
    await Promise.all(
      alerts.map(async ({ over, ...alert }) => {
        if (over) return;
        const isOpen = !this.#alone.has(alert.key) && !this.#followed.has(alert.key);
        if (isOpen) await this.#noteTaken(alert);
        this.#telling.delete(alert.key);
        if (this.#leaving) await this.#claims.release(alert.key);
      }),
    );
  }

  /** Gives all claims back: whoever comes next takes them over without telling them again. */
  async leave(now: number): Promise<void> {
    this.#leaving = true;
    const done = this.#told(now).filter(({ key }) => !this.#telling.has(key));
    await Promise.all(done.map(({ key }) => this.#claims.release(key)));
  }

  #told(now: number): readonly Alert[] {
    return this.#book.active(now).filter(({ told }) => told);
  }

  async #mayTell({ key }: Alert, { kind }: Notice, now: number): Promise<boolean> {
    this.#followed.delete(key);
    await this.#payOff(key);
    const claim = await this.#claims.claim(key);
    if (claim === null) this.#alone.add(key);
    else this.#alone.delete(key);
    if (claim === 'other') this.#book.elsewhere(key);
    if (claim === 'told') this.#book.heard(key, now);
    await this.#learn(key, claim);
    const may = claim !== 'other' && (claim !== 'told' || kind === 'escalated');
    if (may) this.#telling.add(key);
    return may;
  }

  async #mayEnd({ over: _, ...alert }: NoticedAlert): Promise<boolean> {
    const { key } = alert;
    const way = this.#wayOf(alert);
    // Before anybody is asked: it may get through meanwhile.
    const isLate = way !== null && !isTaken(way);
    if (isLate) this.#followed.add(key);
    const may = await this.#isOwnEnd(key, isLate);
    if (!may) this.#followed.delete(key);
    return may;
  }

  /** @param isLate whether this process has yet to get the beginning through, so that the end is to follow it */
  async #isOwnEnd(key: string, isLate: boolean): Promise<boolean> {
    if (this.#alone.delete(key)) return true;
    const ended = await this.#claims.end(key);
    if (ended === null) this.#owed.add(key);
    if (ended !== false || !isLate) return ended !== false;
    const claim = await this.#claims.claim(key);
    if (claim !== 'other') await this.#claims.release(key);
    return claim !== 'other';
  }

  async #settle(ending: Ending, now: number): Promise<void> {
    const { alert, at } = ending;
    const { key } = alert;
    if (this.#telling.has(key)) return;
    if (this.#book.has(key)) {
      // It is so again, and people believe it still is.
      this.#ending.delete(key);
      await this.#ask([alert], now);
    } else if (this.#alone.has(key)) {
      this.#ending.delete(key);
      this.#over(alert, now);
    } else if (at === null) {
      ending.at = now;
      await this.#claims.release(key);
    } else if (now - at >= this.#options.takeOverMs) {
      this.#ending.delete(key);
      this.#over(alert, now);
    }
  }

  #over(alert: Alert, now: number): void {
    if (this.#book.isQuiet(alert.key, now)) this.#unwanted(alert);
    this.#book.over(alert);
  }

  async #ask(alerts: readonly Alert[], now: number): Promise<void> {
    await Promise.all(
      alerts.map(async ({ key }) => {
        const claim = await this.#claims.claim(key);
        if (claim === 'told' || claim === 'own') this.#book.heard(key, now);
        if (claim === 'new') this.#book.tellNow(key, now);
        if (claim === 'other') this.#book.elsewhere(key);
        await this.#learn(key, claim);
      }),
    );
  }

  async #keep(alert: Alert): Promise<void> {
    const claim = await this.#claims.claim(alert.key);
    if (claim === null) return;
    this.#alone.delete(alert.key);
    if (claim === 'other') this.#book.elsewhere(alert.key);
    else if (!this.#telling.has(alert.key)) await this.#noteTaken(alert);
  }

  async #noteTaken(alert: Alert): Promise<void> {
    const way = this.#wayOf(alert);
    const taken = way === null ? this.before(alert.key) : isTaken(way) ? way : null;
    if (taken) await this.#claims.told(alert, { state: taken.state, at: taken.at });
  }

  async #learn(key: string, claim: Claim | null): Promise<void> {
    if (claim === 'new') this.#before.delete(key);
    if (claim !== 'told' && claim !== 'other') return;
    const taken = await this.#claims.taken(key);
    if (taken) this.#before.set(key, taken);
  }

  async #lookAtLeft(now: number): Promise<void> {
    await Promise.all([...this.#owed].map((key) => this.#payOff(key)));
    const left = (await this.#claims.left())?.filter(({ key }) => !this.#ending.has(key));
    if (!left) return;
    await this.#ask(
      left.filter(({ key }) => this.#book.has(key)),
      now,
    );
    const others = left.filter(({ key }) => !this.#book.has(key));
    this.#left = new Map(others.map(({ key }) => [key, this.#left.get(key) ?? now]));
    for (const alert of others) {
      const since = this.#left.get(alert.key) ?? now;
      if (now - since >= this.#options.leftMs) this.#over(alert, now);
    }
  }

  async #payOff(key: string): Promise<void> {
    if (!this.#owed.has(key)) return;
    // Redis may have come back before the claim ran out.
    await this.#claims.release(key);
    if ((await this.#claims.end(key)) !== null) this.#owed.delete(key);
  }
}

function isTaken(way: Pick<WayOut, 'state' | 'at'>): way is Taken {
  return way.state === 'told' || way.state === 'kept';
}
