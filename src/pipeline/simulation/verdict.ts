// Whether a world that has come to rest kept the promises of the pipeline. It reads what happened and shares no decision with
// the pipeline: what must hold is written here a second time.
import type { Delivery } from '../delivery.ts';
import { netOf } from '../graph.ts';
import type { StallOptions } from '../stall/config.ts';
import { isNudge } from '../stall/nudge.ts';
import type { World } from './world.ts';

export interface Verdict {
  readonly agents: number;
  readonly deliveries: number;
  readonly rerouted: number;
  /** Of those, given on by the watch. */
  readonly reassigned: number;
  readonly hasAlert: boolean;
  readonly cut: number;
  readonly nudges: number;
  /** What was broken; empty where everything held. */
  readonly problems: readonly string[];
}

/** Nudges of one agent within 24 h, and the least time between two of them, ms. */
export type NudgeBudget = Pick<StallOptions, 'nudgesPerDay' | 'cooldownMs'>;

export interface Judgement {
  readonly isAtRest: boolean;
  readonly budget: NudgeBudget;
}

export function judge(world: World, { isAtRest, budget }: Judgement): Verdict {
  const { agents, store, watching, scenario } = world;
  const { nudged } = watching;
  const all = [...store.all.values()];
  const deliveries = all.filter(({ gas }) => !isNudge(gas));
  const isCalled = [...agents.keys()].some((id) => watching.isCalled(id));
  const hasAlert = isCalled || deliveries.some(({ alert }) => alert !== null);
  const nudges = [...nudged.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    agents: agents.size,
    deliveries: deliveries.length,
    rerouted: deliveries.filter(({ replacedBy }) => replacedBy !== null).length,
    reassigned: deliveries.filter(({ steps }) => steps.some(isGivenOn)).length,
    ...{ hasAlert, cut: world.cut.count, nudges },
    problems: [
      ...(isAtRest ? [] : ['it never came to rest']),
      ...(hasAlert ? [] : stalled(world)),
      ...doubled(deliveries, isCalm(world)),
      ...[...nudged].flatMap(([agent, times]) => flood(agent, times, withinClock(budget, scenario))),
      ...surplus(all, nudged),
    ],
  };
}

function isGivenOn({ state, detail }: Delivery['steps'][number]): boolean {
  return state === 'rerouted' && detail.endsWith(' by stall-watch');
}

/** Nobody was called, so everybody had work, or somebody in their place, and nobody is left with any. */
function stalled({ agents, store, scenario }: World): string[] {
  const stoodFor = new Set(
    [...store.all.values()].flatMap(({ meant, state }) => (meant && state === 'accepted' ? meant : [])),
  );
  const { members } = netOf(scenario.chain);
  const unreached = members.filter((id) => !agents.get(id)?.wasReached && !stoodFor.has(id));
  const stuck = [...agents.values()].filter(({ isStuck }) => isStuck);
  return [
    ...unreached.map((id) => `${id} never got gas, and nobody was told`),
    ...stuck.map(({ id }) => `${id} stands still, and nobody was told`),
  ];
}

/** One delivery for each checkpoint and receiver, and one agent that takes it, unless the first came late. */
function doubled(deliveries: readonly Delivery[], isCalm: boolean): string[] {
  const byId = new Map(deliveries.map((delivery) => [delivery.gas.id, delivery]));
  const roots = deliveries.filter(({ gas }) => gas.replaces === undefined);
  const keys = new Set<string>();
  const twice = roots.flatMap(({ gas, meant }) => {
    const key = `${gas.from} ${gas.epoch} ${gas.checkpoint} ${meant ?? gas.to}`;
    return keys.size === keys.add(key).size ? [`${key} was decided twice`] : [];
  });
  const takings = deliveries.flatMap((delivery) => {
    const after = laterTakings(delivery, byId).filter(({ isLate }) => !isLate);
    const own = takingOf(delivery);
    const { id } = delivery.gas;
    if (own === null) return after.length > 1 ? [`${id} was taken by several who stood in`] : [];
    if (!own.isLate) return after.length > 0 ? [`${id} was taken, and given to another`] : [];
    return [
      ...(own.byFile ? [`${id} was given to another while its file lay there`] : []),
      // Where flows are cut off, the second may take it before the first one's word has called it back.
      ...(isCalm && after.some(({ at }) => at > own.at) ? [`${id} was not called back`] : []),
    ];
  });
  return [...twice, ...takings];
}

/** Nothing cuts a flow off, and the clock orders what happened. */
function isCalm({ scenario }: World): boolean {
  const { kills, redisAway, inboxesAway, clockSet } = scenario;
  return kills === 0 && redisAway.length + inboxesAway.length + clockSet.length === 0;
}

interface Taking {
  readonly at: number;
  /** It had been given to another before. */
  readonly isLate: boolean;
  readonly byFile: boolean;
}

function takingOf({ steps }: Delivery): Taking | null {
  const at = steps.findIndex(({ state }) => state === 'accepted' || state === 'working');
  const step = steps[at];
  if (step === undefined) return null;
  const isLate = steps.slice(0, at).some(({ state }) => state === 'rerouted');
  return { at: step.at, isLate, byFile: step.detail === 'moved to done/' };
}

function laterTakings({ replacedBy }: Delivery, byId: ReadonlyMap<string, Delivery>): readonly Taking[] {
  const next = byId.get(replacedBy ?? '');
  if (next === undefined) return [];
  const own = takingOf(next);
  return [...(own ? [own] : []), ...laterTakings(next, byId)];
}

const dayMs = 86_400_000;

interface Budget extends NudgeBudget {
  readonly dayMs: number;
}

/** A clock that is set forward makes the watch's hours shorter by as much. */
function withinClock({ nudgesPerDay, cooldownMs }: NudgeBudget, { clockSet }: World['scenario']): Budget {
  const setMs = clockSet.reduce((sum, { by }) => sum + Math.max(0, by), 0);
  return { nudgesPerDay, cooldownMs: cooldownMs - setMs, dayMs: dayMs - setMs };
}

function flood(agent: string, times: readonly number[], { nudgesPerDay, ...budget }: Budget): string[] {
  const most = Math.max(
    ...times.map((at) => times.filter((other) => at <= other && other < at + budget.dayMs).length),
  );
  const isHasty = times.some((at, i) => at - (times[i - 1] ?? -Infinity) < budget.cooldownMs);
  return [
    ...(most > nudgesPerDay ? [`${agent} was nudged ${most} times within a day`] : []),
    ...(isHasty ? [`${agent} was nudged again too soon`] : []),
  ];
}

/** However often a nudge is done again after a kill, it is one. */
function surplus(all: readonly Delivery[], nudged: ReadonlyMap<string, readonly number[]>): string[] {
  const sent = new Map<string, number>();
  for (const { gas } of all) if (isNudge(gas)) sent.set(gas.to, 1 + (sent.get(gas.to) ?? 0));
  return [...sent].flatMap(([agent, count]) =>
    count > (nudged.get(agent)?.length ?? 0) ? [`${agent} got a nudge that nobody had decided`] : [],
  );
}
