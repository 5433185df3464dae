// To whom the gas of a crossed checkpoint goes, and whether. Pure: what it has to know of others is handed in, so that the
// live intake and the simulation decide alike.
import { checkpointGasId } from './gas.ts';
import { type End, endOf, fallbacksOf, type Graph, joinOf, policyOf, receiversOf } from './graph.ts';
import { type Arrivals, type Arrived, arrive, asFirst, asLeft, asPaused, nobodyYet } from './join.ts';
import { type Holders, holdOf } from './join-holds.ts';
import { type Joined, toPart } from './join-parts.ts';
import type { DeliverEffect } from './machine.ts';
import { pauseOf, type Run } from './run.ts';
import { worksFor } from './stand-in.ts';

/** What is known of others at the moment of the decision. */
export interface Surroundings {
  /** Why an agent is passed over where another stands in; null when nothing speaks against it. */
  unfit(agent: string): string | null;
  /** Which earlier gas of this mission the receiver has taken, in words; null when none. */
  taken(receiver: string): string | null;
  /** Who has reached this checkpoint before `receiver` so far. */
  arrivals(receiver: string): Arrivals | null;
  /** Who of those came while paused, and still is. */
  holders(receiver: string): Holders;
}

/** One delivery that is to be. */
export interface Route {
  readonly to: string;
  /** For whom it was meant; another one than `to` where that stands in. */
  readonly meant: string;
  readonly fallbacks: readonly string[];
  readonly state: 'pending' | 'held' | 'suppressed';
  readonly detail: string;
  /** Whose pauses hold it, where that is not its sender's alone. */
  readonly heldBy?: readonly string[];
  /** The gas that was first, where that is enough and this one came behind it. */
  readonly behind?: string;
  /** What the others of a join handed over before. */
  readonly parts: readonly Joined[];
  /** What is behind the agent that hands over, where it hands over to nobody by name. */
  readonly end: End | null;
}

export interface Routing {
  readonly routes: readonly Route[];
  /** By receiver: who has come to its join now. */
  readonly arrivals: ReadonlyMap<string, Arrivals>;
  /** In words, for receivers that get nothing yet. */
  readonly waits: readonly string[];
}

/**
 * Where the gas of one effect goes: to those behind the agent, or behind those in whose place it works; none at the end of a
 * chain that stops, and outside of it.
 */
export function route(graph: Graph, run: Run, effect: DeliverEffect, around: Surroundings): Routing {
  const arrivals = new Map<string, Arrivals>();
  const waits: string[] = [];
  const routes = edgesFor(graph, run).flatMap(({ source, receiver }) => {
    const came = arrival(graph, { run, effect, source, receiver }, around);
    if (came) arrivals.set(receiver, came.arrivals);
    if (came?.waits) {
      waits.push(`${receiver} ${came.detail}`);
      return [];
    }
    return [routeTo(graph, { run, effect, source, receiver, came }, around)];
  });
  return { routes, arrivals, waits };
}

/** Everybody that a run's gas may be for. */
export function receiversFor(graph: Graph, run: Run): readonly string[] {
  return edgesFor(graph, run).map(({ receiver }) => receiver);
}

/** In whose place a run's gas goes to whom: each receiver once, though several ways lead to it. */
export function edgesFor(graph: Graph, run: Run): readonly Edge[] {
  const works = worksFor(run.assignments, run.mission.epoch);
  const sources = works.length === 0 ? [run.agent] : works;
  const all = sources.flatMap((source) =>
    receiversOf(graph, source).map((receiver) => ({ source, receiver })),
  );
  return all.filter(({ receiver }, at) => all.findIndex((edge) => edge.receiver === receiver) === at);
}

export interface Edge {
  /** The agent, or in whose place it works. */
  readonly source: string;
  readonly receiver: string;
}

/** Which mission of an agent this is, over a loss of Redis too. */
export function markOf({ mission: { epoch, epochAt } }: Pick<Run, 'mission'>): string {
  return `${epoch}@${epochAt}`;
}

/** The first that may get it, and what was said against those before; null where something speaks against all. */
export function firstFit(
  agents: readonly string[],
  unfit: Surroundings['unfit'],
): { readonly to: string | null; readonly passed: readonly string[]; readonly rest: readonly string[] } {
  const passed: string[] = [];
  for (const [at, agent] of agents.entries()) {
    const why = unfit(agent);
    if (why === null) return { to: agent, passed, rest: agents.slice(at + 1) };
    passed.push(`${agent} passed over: ${why}`);
  }
  return { to: null, passed, rest: [] };
}

/** Null where the receiver joins nothing, or this agent comes round to it from an end. */
function arrival(
  graph: Graph,
  { run, effect, source, receiver }: Omit<Crossing, 'came'>,
  around: Surroundings,
): Arrived | null {
  const join = joinOf(graph, receiver);
  if (join === null || !join.of.includes(source)) return null;
  const came = arrive(around.arrivals(receiver) ?? nobodyYet, source, markOf(run), join);
  if (join.mode === 'any' && came.fires) {
    return { ...came, arrivals: asFirst(came.arrivals, checkpointGasId(run, effect.checkpoint, receiver)) };
  }
  if (!came.waits) return came;
  const left = asLeft(came.arrivals, source, toPart(run, effect));
  return { ...came, arrivals: effect.kind === 'hold' ? asPaused(left, source, run.agent) : left };
}

interface Crossing extends Edge {
  readonly run: Run;
  readonly effect: DeliverEffect;
  readonly came: Arrived | null;
}

function routeTo(
  graph: Graph,
  { run, effect, source, receiver, came }: Crossing,
  around: Surroundings,
): Route {
  const { checkpoint, percent, kind } = effect;
  const place = source === run.agent ? '' : ` in the place of ${source}`;
  const reached = `${run.agent} reached ${percent} %${place}${came ? `, ${came.detail}` : ''}`;
  const fallbacks = fallbacksOf(graph, receiver);
  const end = endOf(graph, source);
  const parts = came?.parts ?? [];
  const meant = { to: receiver, meant: receiver, fallbacks, parts, end };
  if (came && !came.fires) {
    const { behind } = came;
    return { ...meant, state: 'suppressed', detail: reached, ...(behind !== null && { behind }) };
  }
  const taken = policyOf(graph, source, checkpoint) === 'always' ? null : around.taken(receiver);
  if (taken !== null) return { ...meant, state: 'suppressed', detail: `${reached}; ${receiver} ${taken}` };
  const { to, passed, rest } = firstFit([receiver, ...fallbacks], around.unfit);
  // Where something speaks against everybody, the one that was meant gets it all the same: it may come back.
  const chosen = to === null ? meant : { ...meant, to, fallbacks: rest };
  const by = kind === 'hold' ? (pauseOf(run)?.by ?? null) : null;
  const holders = [...around.holders(receiver)].filter(([agent]) => came?.paused.includes(agent));
  return { ...chosen, ...holdOf(run.agent, by, [reached, ...passed].join('; '), new Map(holders)) };
}

export interface FitnessRules {
  readonly silentAfterMs: number;
  readonly maxOpen: number;
}

/** What speaks against an agent as a receiver; null when nothing does. An agent that never wrote is not known to be dead. */
export function unfitness(
  run: Run | null,
  open: number,
  now: number,
  { silentAfterMs, maxOpen }: FitnessRules,
): string | null {
  const pause = run === null ? null : pauseOf(run);
  if (pause) return `paused by ${pause.by}`;
  if (open >= maxOpen) return `has ${open} open deliveries`;
  const silentMs = run?.seenAt == null ? 0 : now - run.seenAt;
  return silentMs >= silentAfterMs ? `no sign of life for ${Math.round(silentMs / 60_000)} min` : null;
}
