// When gas of several agents becomes one: once all of them have reached the checkpoint, or once the first has. Pure.
import type { Join } from './graph.ts';
import type { Joined, Part } from './join-parts.ts';

/** Who has reached one checkpoint before one receiver, in the present round. */
export interface Arrivals {
  /** Agent → which of its missions it was. */
  readonly arrived: Readonly<Record<string, string>>;
  /** Whether the receiver's gas of this round has been decided. */
  readonly fired: boolean;
  /** Those among `arrived` whose checkpoint a person took out: nobody waits for them, and they hand nothing over. */
  readonly skipped: readonly string[];
  /** Those among `arrived` that came while a person had paused them → which agent that is: it, or who works in its place. */
  readonly paused: Readonly<Record<string, string>>;
  /** What those among `arrived` left for whoever hands over last. Older records have none. */
  readonly parts: Readonly<Record<string, Part>>;
}

export interface Arrived {
  readonly arrivals: Arrivals;
  /** Whether the receiver's gas is decided now. */
  readonly fires: boolean;
  /** Whether the receiver gets nothing until others come. */
  readonly waits: boolean;
  /** Which agents came to its round while paused, but for this one; none where the first is enough. */
  readonly paused: readonly string[];
  /** What the others handed over before, where its gas is theirs too. */
  readonly parts: readonly Joined[];
  /** For people: whom it waited for, still waits for, or who came first. */
  readonly detail: string;
}

export const nobodyYet: Arrivals = { arrived: {}, fired: false, skipped: [], paused: {}, parts: {} };

/**
 * `from` reached the checkpoint in its mission `mark`. A round is over when all have come; one that comes again before
 * that begins the next round where the gas of this one has gone, and replaces its earlier word where it has not.
 */
export function arrive(before: Arrivals, from: string, mark: string, join: Join): Arrived {
  const { mode, of } = join;
  const { arrived, fired } = openTo(before, from);
  const now = came(before, from, mark);
  const missing = missingOf(now, join);
  const isOver = missing.length === 0;
  if (mode === 'all') {
    const last = isOver ? `the last of ${of.join(', ')}` : `waits for ${missing.join(', ')}`;
    // By a person, or by the first alone where the join was one of any until then: the record says not which.
    const detail = fired ? 'after the gas of its round had gone' : last;
    const arrivals = isOver ? nobodyYet : now;
    const paused = Object.values(now.paused);
    const parts = othersIn(before, from, join);
    return { arrivals, fires: isOver && !fired, waits: !isOver && !fired, paused, parts, detail };
  }
  const detail = fired ? `${Object.keys(arrived)[0] ?? from} was first` : `the first of ${of.join(', ')}`;
  const arrivals = isOver ? nobodyYet : { ...now, fired: true };
  return { arrivals, fires: !fired, waits: false, paused: [], parts: [], detail };
}

/** As `arrive` left it, where `from` waits: what it leaves for whoever hands over last. */
export function asLeft(now: Arrivals, from: string, part: Part): Arrivals {
  return { ...now, parts: { ...now.parts, [from]: part } };
}

/** What hands over together with `from`: all that wait in its round but those that a person took out. */
export function othersIn(before: Arrivals, from: string, { of }: Join): readonly Joined[] {
  const { arrived, fired, skipped, parts } = openTo(before, from);
  if (fired) return [];
  const others = of.filter((one) => one !== from && !skipped.includes(one));
  return others.flatMap((source) => {
    const mark = arrived[source];
    return mark === undefined ? [] : [{ source, mark, part: parts[source] ?? null }];
  });
}

/** As `arrive` left it, where `agent` came for `from` and is paused: its pause holds the gas of the round. */
export function asPaused(now: Arrivals, from: string, agent: string): Arrivals {
  return { ...now, paused: { ...now.paused, [from]: agent } };
}

/** A person took the checkpoint of `from` out. Who waits for it alone is told by `releases`. */
export function passBy(before: Arrivals, from: string, mark: string, join: Join): Arrivals {
  const now = came(before, from, mark);
  const skipped = [...now.skipped, from];
  const isEmpty = Object.keys(now.arrived).every((one) => skipped.includes(one));
  const isOver = missingOf(now, join).length === 0 && (now.fired || isEmpty);
  return isOver ? nobodyYet : { ...now, skipped };
}

/** A person sent the gas of `from` ahead: that of the round has gone, and those that come later are recorded. */
export function sendAhead(before: Arrivals, from: string, mark: string, join: Join): Arrivals {
  const now = came(before, from, mark);
  return missingOf(now, join).length === 0 ? nobodyYet : { ...now, fired: true };
}

/** Who has come and hands over later, and whom they wait for; null where nobody waits. */
export function waitOf(
  now: Arrivals,
  join: Join,
): { readonly from: readonly string[]; readonly missing: readonly string[] } | null {
  const from = Object.keys(now.arrived).filter((one) => !now.skipped.includes(one));
  const missing = missingOf(now, join);
  return now.fired || join.mode === 'any' || from.length === 0 ? null : { from, missing };
}

/** Who hands over now of those that wait, though nobody came: a person, or another chain, took away what they waited for. */
export interface Release {
  readonly from: readonly string[];
  readonly arrivals: Arrivals;
}

/** @param join null where the receiver joins no more */
export function releases(now: Arrivals, join: Join | null): Release | null {
  const waiting = Object.keys(now.arrived).filter((one) => !now.skipped.includes(one));
  if (join === null) {
    const isKnown = Object.keys(now.arrived).length > 0;
    return isKnown ? { from: now.fired ? [] : waiting, arrivals: nobodyYet } : null;
  }
  if (now.fired) return null;
  const ours = waiting.filter((one) => join.of.includes(one));
  const isOver = missingOf(now, join).length === 0;
  const arrivals = isOver ? nobodyYet : { ...now, fired: true };
  if (join.mode === 'any') return ours[0] === undefined ? null : { from: ours.slice(0, 1), arrivals };
  return isOver && ours.length > 0 ? { from: ours.slice(-1), arrivals } : null;
}

/** The round that `from` comes to. */
function openTo(before: Arrivals, from: string): Arrivals {
  return before.fired && before.arrived[from] !== undefined ? nobodyYet : before;
}

function came(before: Arrivals, from: string, mark: string): Arrivals {
  const { arrived, fired, skipped, paused, parts } = openTo(before, from);
  const without = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([one]) => one !== from));
  return {
    arrived: { ...arrived, [from]: mark },
    fired,
    skipped: skipped.filter((one) => one !== from),
    paused: without(paused),
    parts: without(parts),
  };
}

function missingOf({ arrived }: Arrivals, { of }: Join): readonly string[] {
  return of.filter((one) => arrived[one] === undefined);
}
