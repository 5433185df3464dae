// The read model of agents and deliveries, straight from Redis; it decides and changes nothing.
import type { AgentDirectory } from '../contracts/ports.ts';
import { newRun } from './machine.ts';
import type { GasStore } from './store.ts';

/** Lists the configured agents in their order; one that was never seen has no figures. */
export function createDirectory(store: GasStore, agents: readonly string[]): AgentDirectory {
  return {
    agents: async () => {
      const runs = await store.runs(agents);
      return agents.map((agent, at) => {
        const { state, mission, epoch, percent, seenAt, problem } = runs[at] ?? newRun(agent);
        return { agent, state, mission, epoch, percent, seenAt, problem };
      });
    },
    deliveries: (limit) => store.recentDeliveries(limit),
  };
}
