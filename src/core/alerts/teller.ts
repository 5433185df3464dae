// One way out and all that is decided for it alone: what is due there, whose it is to tell, and what it took. Processes
// need not have the same ways, so that who tells on one of them says nothing of who tells on another.
import type { Clock } from '../clock.ts';
import type {
  Alert,
  AlertSignal,
  BookedAlert,
  HeldWay,
  Notice,
  NoticedAlert,
  Silence,
  WayOut,
} from './alert.ts';
import { AlertBook, type BookOptions } from './book.ts';
import type { AlertChannel } from './channels/channel.ts';
import type { AlertClaims } from './claims.ts';
import { Outlet, type Sent } from './outlet.ts';
import { Voice, type VoiceOptions } from './voice.ts';

export interface TellerDeps {
  readonly clock: Clock;
  /** Null where there is no way out: then it only knows what fires. */
  readonly channel: AlertChannel | null;
  /** Of this way. */
  readonly claims: AlertClaims;
}

/** An alert as one way out has it. */
export interface Sight extends Omit<BookedAlert, 'heldUntil'> {
  readonly way: WayOut | null;
  readonly held: HeldWay | null;
}

export class Teller {
  readonly #book: AlertBook;
  readonly #outlet: Outlet | null;
  readonly #voice: Voice;
  /** Keys of what this process has told itself, and not what it took over from another. */
  readonly #toldHere = new Set<string>();
  /** Due, while it is asked whose they are to tell. */
  readonly #asking = new Set<string>();

  constructor(
    { clock, channel, claims }: TellerDeps,
    options: Partial<BookOptions> & Partial<VoiceOptions> = {},
  ) {
    this.#book = new AlertBook(options);
    this.#outlet = channel && new Outlet(channel, clock);
    const wayOf = (alert: Alert) => this.#outlet?.wayOf(alert) ?? null;
    const unwanted = (alert: Alert) => this.#outlet?.leave(alert);
    this.#voice = new Voice({ book: this.#book, claims, wayOf, unwanted }, options);
  }

  silence(silences: readonly Silence[]): void {
    this.#book.silence(silences);
  }

  /** From now on `signals` are so, and `over` no more. */
  judge(signals: readonly AlertSignal[], over: readonly string[], now: number): void {
    for (const signal of signals) this.#book.firing(signal, now);
    for (const key of over) this.#book.resolved(key, now);
  }

  /**
   * What fires or has its end held back, and how far it got here; `way` is null where it was never given to this way, as far
   * as is known. `held` where the way has used up its messages.
   */
  active(now: number): readonly Sight[] {
    return this.#book.active(now).map(({ heldUntil, ...alert }) => ({
      ...alert,
      telling: this.#asking.has(alert.key) ? 'waiting' : alert.telling,
      way: this.#wayOf(alert),
      held: this.#outlet && heldUntil !== null ? { ...this.#outlet.called, until: heldUntil } : null,
    }));
  }

  /** Takes what is to be told here now, and by this process; each is to be given to `tell`. */
  async take(now: number): Promise<readonly Notice[]> {
    await this.#voice.attend(now);
    const own: Notice[] = [];
    for (const notice of this.#book.take(now)) {
      const alerts = await this.#ownOf(notice, now);
      // What is only counted is each process's own.
      if (alerts.length > 0 || notice.more.alerts > 0) own.push({ ...notice, alerts });
    }
    return own;
  }

  /** Never rejects. */
  async tell(notice: Notice): Promise<Sent> {
    const sent = await this.say(notice);
    await this.#voice.sent(notice.alerts);
    return sent;
  }

  /** Tells it whoever else does. Never rejects. */
  async say(notice: Notice): Promise<Sent> {
    return (await this.#outlet?.send(notice)) ?? 'nothing';
  }

  /** What goes on by itself: what was missed is tried again, and it is asked what became of what was handed on. */
  goOn(now: number): { readonly owed: Promise<Sent> | null; readonly asked: Promise<void> | null } {
    const owed = this.#outlet?.owed((key) => this.#book.isQuiet(key, now));
    return { owed: owed ? this.#tellAgain(owed) : null, asked: this.#outlet?.askOn() ?? null };
  }

  /** Gives back what it has claimed. */
  leave(now: number): Promise<void> {
    return this.#voice.leave(now);
  }

  async #tellAgain(owed: Notice): Promise<Sent> {
    this.#voice.again(owed.alerts);
    const sent = (await this.#outlet?.again(owed)) ?? 'nothing';
    await this.#voice.sent(owed.alerts);
    return sent;
  }

  #wayOf(alert: Alert): WayOut | null {
    const own = this.#outlet?.wayOf(alert);
    if (own) return own;
    const before = this.#voice.before(alert.key);
    return (
      this.#outlet && before && { ...before, ...this.#outlet.called, why: '', again: false, byOther: true }
    );
  }

  async #ownOf(notice: Notice, now: number): Promise<readonly NoticedAlert[]> {
    for (const { key } of notice.alerts) this.#asking.add(key);
    const own = await this.#voice.ownOf(notice, now).finally(() => this.#asking.clear());
    for (const alert of notice.alerts) this.#noteTeller(alert, own.includes(alert));
    return own;
  }

  // The way out remembers what it took, but not what it took from a process before this one.
  #noteTeller(alert: NoticedAlert, isOwn: boolean): void {
    if (alert.over && !isOwn) this.#outlet?.leave(alert);
    else if (isOwn && !alert.over) this.#toldHere.add(alert.key);
    if (alert.over && !this.#toldHere.delete(alert.key) && isOwn) this.#outlet?.assume(alert);
  }
}
