// When gas of several agents becomes one: once all of them have reached the checkpoint, or once the first has. Pure.
import type { Join } from './graph.ts';
import { type Earlier, type Joined, type Part, withEarlier } from './join-parts.ts';

/** Who has reached one checkpoint before one receiver, in the present round. */
export interface Arrivals {
  /** Agent → which of its missions it was. */
  readonly arrived: Readonly<Record<string, string>>;
  /** The order in which those came by what counts of them, lowest first; whoever has no turn, of older records, came before. */
  readonly turns: Readonly<Record<string, number>>;
  /** Whether the receiver's gas of this round has been decided. */
  readonly fired: boolean;
  /** The gas of the round where the first is enough; null before it, and in older records. */
  readonly first: string | null;
  /** Those among `arrived` whose checkpoint a person took out: nobody waits for them, and they hand nothing over. */
  readonly skipped: readonly string[];
  /** Those among `arrived` that came while a person had paused them → which agent that is: it, or who works in its place. */
  readonly paused: Readonly<Record<string, string>>;
  /** What those among `arrived` left for whoever hands over last. Older records have none. */
  readonly parts: Readonly<Record<string, Part>>;
  /** What those that wait left in this round in missions before, newest first. Older records have none. */
  readonly earlier: Readonly<Record<string, readonly Earlier[]>>;
}

export interface Arrived {
  readonly arrivals: Arrivals;
  /** Whether the receiver's gas is decided now. */
  readonly fires: boolean;
  /** Whether the receiver gets nothing until others come. */
  readonly waits: boolean;
  /** Which agents came to its round while paused, but for this one; none where the first is enough. */
  readonly paused: readonly string[];
  /** What the others, and itself in missions before, handed over, where its gas is that of all. */
  readonly parts: readonly Joined[];
  /** The gas of the round, where another was first and the first is enough. */
  readonly behind: string | null;
  /** For people: whom it waited for, still waits for, or who came first. */
  readonly detail: string;
}

export const nobodyYet: Arrivals = {
  arrived: {},
  turns: {},
  fired: false,
  first: null,
  skipped: [],
  paused: {},
  parts: {},
  earlier: {},
};

/**
 * `from` reached the checkpoint in its mission `mark`. A round is over when all have come; one that comes again before
 * that begins the next round where the gas of this one has gone, and goes before its earlier word where it has not.
 */
export function arrive(before: Arrivals, from: string, mark: string, join: Join): Arrived {
  const { mode, of } = join;
  const open = openTo(before, from);
  const { fired, first } = open;
  const now = came(before, from, mark);
  const missing = missingOf(now, join);
  const isOver = missing.length === 0;
  if (mode === 'all') {
    const last = isOver ? `the last of ${of.join(', ')}` : `waits for ${missing.join(', ')}`;
    // By a person, or by the first alone where the join was one of any until then: the record says not which.
    const detail = fired ? 'after the gas of its round had gone' : last;
    const arrivals = isOver ? nobodyYet : now;
    const paused = Object.values(now.paused);
    const parts = othersIn(before, from, mark, join);
    const waits = !isOver && !fired;
    return { arrivals, fires: isOver && !fired, waits, paused, parts, behind: null, detail };
  }
  const [one = from] = waitingIn(open);
  const detail = fired ? `${one} was first` : `the first of ${of.join(', ')}`;
  const arrivals = isOver ? nobodyYet : { ...now, fired: true };
  const behind = fired ? first : null;
  return { arrivals, fires: !fired, waits: false, paused: [], parts: [], behind, detail };
}

/** As `arrive` left it, where the first is enough and its gas is `id`. */
export function asFirst(now: Arrivals, id: string): Arrivals {
  return now.fired ? { ...now, first: id } : now;
}

/** A person took out the gas of all that came where the first is enough: the next is the first. */
export function reopened(now: Arrivals): Arrivals {
  return { ...now, fired: false, first: null, skipped: Object.keys(now.arrived) };
}

/** As `arrive` left it, where `from` waits: what it leaves for whoever hands over last. */
export function asLeft(now: Arrivals, from: string, part: Part): Arrivals {
  return { ...now, parts: { ...now.parts, [from]: part } };
}

/**
 * What hands over together with `from` in its mission `mark`: all that wait in its round but those that a person took out, and
 * then what any of them left there before.
 */
export function othersIn(before: Arrivals, from: string, mark: string, { of }: Join): readonly Joined[] {
  const now = came(before, from, mark);
  const { arrived, fired, skipped, parts } = now;
  if (fired) return [];
  const others = of.filter((one) => one !== from && !skipped.includes(one));
  const newest = others.flatMap((source) => {
    const came = arrived[source];
    return came === undefined ? [] : [{ source, mark: came, part: parts[source] ?? null }];
  });
  return [...newest, ...of.flatMap((source) => earlierOf(now, source))];
}

/** What one of them left in its round before what counts, newest first. */
export function earlierOf({ earlier }: Arrivals, source: string): readonly Joined[] {
  return (earlier[source] ?? []).map((one) => ({ ...one, source, isEarlier: true }));
}

/** As `arrive` left it, where `agent` came for `from` and is paused: its pause holds the gas of the round. */
export function asPaused(now: Arrivals, from: string, agent: string): Arrivals {
  return { ...now, paused: { ...now.paused, [from]: agent } };
}

/** `agents` were resumed: their pauses hold the gas of the round no more. The very same where none of them did. */
export function letGo(now: Arrivals, agents: readonly string[]): Arrivals {
  const isGone = (agent: string | undefined) => agent !== undefined && agents.includes(agent);
  const before = Object.values(now.earlier).flatMap((left) => left.map(({ paused }) => paused));
  if (![...Object.values(now.paused), ...before].some(isGone)) return now;
  const free = (one: Earlier) => (isGone(one.paused) ? { ...one, paused: undefined } : one);
  const earlier = Object.entries(now.earlier).map(([from, left]) => [from, left.map(free)]);
  const paused = Object.entries(now.paused).filter(([, agent]) => !isGone(agent));
  return { ...now, paused: Object.fromEntries(paused), earlier: Object.fromEntries(earlier) };
}

/**
 * A person took the checkpoint of `from` out, that of its mission `mark` alone: what it left in the round in a mission before
 * waits on, and is held where it was. Who waits for it alone is told by `releases`.
 */
export function passBy(before: Arrivals, from: string, mark: string, join: Join): Arrivals {
  if (isAgain(openTo(before, from), from, mark)) return before;
  const now = came(before, from, mark);
  const [last, ...rest] = now.earlier[from] ?? [];
  if (last !== undefined) {
    const parts = last.part === null ? now.parts : { ...now.parts, [from]: last.part };
    const paused = last.paused === undefined ? now.paused : { ...now.paused, [from]: last.paused };
    const arrived = { ...now.arrived, [from]: last.mark };
    const turns = { ...now.turns, [from]: last.turn ?? 0 };
    return { ...now, arrived, turns, parts, paused, earlier: { ...now.earlier, [from]: rest } };
  }
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
  const from = waitingIn(now);
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
  const waiting = waitingIn(now);
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

/** Those whose part counts, in the order in which they came: that of the keys is another where they are digits. */
function waitingIn({ arrived, skipped, turns }: Arrivals): readonly string[] {
  const all = Object.keys(arrived).filter((one) => !skipped.includes(one));
  return all.toSorted((one, other) => (turns[one] ?? 0) - (turns[other] ?? 0));
}

/** The round that `from` comes to. */
function openTo(before: Arrivals, from: string): Arrivals {
  return before.fired && before.arrived[from] !== undefined ? nobodyYet : before;
}

/** Whether it waits in an open round already, by another of its missions. */
function isAgain({ arrived, skipped }: Arrivals, from: string, mark: string): boolean {
  return arrived[from] !== undefined && arrived[from] !== mark && !skipped.includes(from);
}

function came(before: Arrivals, from: string, mark: string): Arrivals {
  const open = openTo(before, from);
  const { arrived, turns, fired, first, skipped, paused, parts, earlier } = open;
  const without = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([one]) => one !== from));
  const kept = earlier[from] ?? [];
  const by = paused[from];
  const left = {
    ...{ mark: arrived[from] ?? '', part: parts[from] ?? null, turn: turns[from] ?? 0 },
    ...(by !== undefined && { paused: by }),
  };
  const now = isAgain(open, from, mark) ? withEarlier(left, kept) : kept;
  return {
    arrived: { ...arrived, [from]: mark },
    turns: { ...turns, [from]: 1 + Math.max(0, ...Object.values(turns)) },
    fired,
    first,
    skipped: skipped.filter((one) => one !== from),
    paused: without(paused),
    parts: without(parts),
    earlier: now.length === 0 ? without(earlier) : { ...earlier, [from]: now },
  };
}

function missingOf({ arrived }: Arrivals, { of }: Join): readonly string[] {
  return of.filter((one) => arrived[one] === undefined);
}
