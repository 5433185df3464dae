// What is known of agents as receivers, read from the store for one decision. It decides nothing; routing.ts does.
import type { Clock } from '../core/clock.ts';
import { type FitnessRules, type Surroundings, unfitness } from './routing.ts';
import type { GasStore } from './store.ts';

export interface ReceiversDeps {
  readonly store: GasStore;
  readonly clock: Clock;
}

/**
 * Looks at some agents; with one alone nobody stands in, so nothing has to be known of it.
 * @throws SwarmError REDIS_*
 */
export async function lookAtReceivers(
  { store, clock }: ReceiversDeps,
  agents: readonly string[],
  rules: FitnessRules,
): Promise<Surroundings['unfit']> {
  if (agents.length < 2) return () => null;
  const [runs, open] = await Promise.all([store.runs(agents), store.openDeliveries()]);
  const why = new Map(
    agents.map((agent, at) => {
      const count = open.filter(({ gas }) => gas.to === agent).length;
      return [agent, unfitness(runs.values[at] ?? null, count, clock.now(), rules)];
    }),
  );
  return (agent) => why.get(agent) ?? null;
}
