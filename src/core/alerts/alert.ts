// The words of alerting: what fires, and what a person is told of it.

export type Severity = 'warning' | 'critical';

/** Something that is not as it should be, at this moment. */
export interface AlertSignal {
  /** The same trouble has the same key, in every process: `link-down/redis`. */
  readonly key: string;
  /** What it belongs to; alerts of one source and severity are told together. */
  readonly source: string;
  readonly severity: Severity;
  readonly title: string;
  /** What was seen last. */
  readonly detail: string;
  /** Where a person reads what to do. */
  readonly runbook: string;
  /** How often it was seen. */
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  /** When the trouble began, ms since the epoch, where it is known better than by when this process first saw it. */
  readonly since?: number;
}

/** A signal that lasts. */
export interface Alert extends AlertSignal {
  /** When it began, ms since the epoch. */
  readonly since: number;
}

/**
 * How far an alert got on one way out. `kept`: handed on, and shown as soon as who shows it is there. `missed`: not taken,
 * for the reason `why`; `again` says whether it is tried again.
 */
export interface WayOut {
  readonly name: string;
  /** Tells those of one name from each other; absent where there is one. */
  readonly id?: string;
  readonly state: 'sending' | 'kept' | 'told' | 'missed';
  /** Since when it stands so, ms since the epoch. */
  readonly at: number;
  /** Empty unless it was missed. */
  readonly why: string;
  readonly again: boolean;
  /** Another process told it: `kept` is what that knew last. */
  readonly byOther?: boolean;
}

/**
 * How it stands with telling people. `waiting`: nobody was told yet. `elsewhere`: another process has it to tell. `told`:
 * people were on one way at least, by this process or by one before it. `nowhere`: there is no way out.
 */
export type Telling = 'waiting' | 'elsewhere' | 'told' | 'nowhere';

/** An alert as the book has it. */
export interface BookedAlert extends Alert {
  /** Whether people were told of it by this process. */
  readonly told: boolean;
  readonly telling: Exclude<Telling, 'nowhere'>;
  /** Came and went so often that it is told to have ended only when it stays away. */
  readonly flapping: boolean;
  /** When it ceased to be so, ms since the epoch, while its end is held back; null while it fires. */
  readonly overSince: number | null;
  /** Since when it is so again, ms since the epoch, where it was over and people were not told of that; null where it was not. */
  readonly backSince: number | null;
  /** Nobody is told before this, ms since the epoch; null when it is not silenced. */
  readonly silencedUntil: number | null;
  /** When it may be told that is due, since the way has used up its messages, ms since the epoch; null where it has not. */
  readonly heldUntil: number | null;
}

/** A way out that has used up its messages, and until when, ms since the epoch. */
export interface HeldWay extends Pick<WayOut, 'name' | 'id'> {
  readonly until: number;
}

/** An alert as `alerts` shows it. */
export interface AlertState extends Omit<BookedAlert, 'telling' | 'heldUntil'> {
  readonly telling: Telling;
  /** Those on which it was told, as far as this process knows; of its own ways alone. */
  readonly ways: readonly WayOut[];
  /** Those on which it is due and waits, or waits to be told that it got worse; none of `ways`. */
  readonly held: readonly HeldWay[];
}

/** An alert inside a notice. */
export interface NoticedAlert extends Alert {
  readonly over: boolean;
}

/** What is told at once. `summary`: several that would have been too many messages. `escalated`: still so, and nobody has silenced it. */
export interface Notice {
  readonly kind: 'firing' | 'resolved' | 'escalated' | 'summary';
  readonly severity: Severity;
  /** ms since the epoch. */
  readonly at: number;
  /** The worst first. */
  readonly alerts: readonly NoticedAlert[];
  /** How many others there are, and of which sources. */
  readonly more: { readonly alerts: number; readonly sources: readonly string[] };
}

/** Alerts that nobody wants to hear of for a while. `pattern` is a key, or the beginning of keys and a `*`. */
export interface Silence {
  readonly pattern: string;
  /** ms since the epoch. */
  readonly until: number;
}

/** Whether a silence is meant for a key. */
export function covers({ pattern }: Pick<Silence, 'pattern'>, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
