// Whether a world that has come to rest kept the promises of the pipeline. It reads what happened and shares no decision with
// the pipeline: what must hold is written here a second time.
import type { Delivery } from '../delivery.ts';
import { netOf } from '../graph.ts';
import type { Watching } from './run.ts';
import type { World } from './world.ts';

export interface Verdict {
  readonly agents: number;
  readonly deliveries: number;
  readonly rerouted: number;
  readonly hasAlert: boolean;
  readonly cut: number;
  readonly nudges: number;
  /** What was broken; empty where everything held. */
  readonly problems: readonly string[];
}

export interface Judgement extends Pick<Watching, 'called' | 'nudged'> {
  readonly isAtRest: boolean;
  readonly nudgesPerDay: number;
}

export function judge(world: World, { isAtRest, nudgesPerDay, called, nudged }: Judgement): Verdict {
  const deliveries = [...world.store.all.values()];
  const hasAlert = called.size > 0 || deliveries.some(({ alert }) => alert !== null);
  const nudges = [...nudged.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    agents: world.agents.size,
    deliveries: deliveries.length,
    rerouted: deliveries.filter(({ replacedBy }) => replacedBy !== null).length,
    ...{ hasAlert, cut: world.cut.count, nudges },
    problems: [
      ...(isAtRest ? [] : ['it never came to rest']),
      ...(hasAlert ? [] : stalled(world)),
      ...doubled(deliveries),
      ...[...nudged].flatMap(([agent, times]) => flood(agent, times, nudgesPerDay)),
    ],
  };
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
function doubled(deliveries: readonly Delivery[]): string[] {
  const byId = new Map(deliveries.map((delivery) => [delivery.gas.id, delivery]));
  const roots = deliveries.filter(({ gas }) => gas.replaces === undefined);
  const keys = roots.map(
    (one) => `${one.gas.from} ${one.gas.epoch} ${one.gas.checkpoint} ${one.meant ?? one.gas.to}`,
  );
  return [
    ...keys.filter((key, at) => keys.indexOf(key) < at).map((key) => `${key} was decided twice`),
    ...roots.flatMap((root) => {
      const takers: Delivery[] = [];
      for (let one: Delivery | undefined = root; one; one = byId.get(one.replacedBy ?? '')) {
        if (one.state === 'accepted' || one.state === 'working') takers.push(one);
      }
      const late = takers.filter(({ replacedBy }) => replacedBy !== null);
      return takers.length - late.length > 1 ? [`${root.gas.id} was taken by ${takers.length} agents`] : [];
    }),
  ];
}

function flood(agent: string, times: readonly number[], perDay: number): string[] {
  const day = 86_400_000;
  const most = Math.max(
    ...times.map((at) => times.filter((other) => at <= other && other < at + day).length),
  );
  return most > perDay ? [`${agent} was nudged ${most} times within a day`] : [];
}
