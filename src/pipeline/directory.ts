// The read model of agents and deliveries, straight from Redis; it decides and changes nothing. What an agent wrote is
// made plain here, for whoever shows it; the machine goes on with the raw text.
import type { AgentView, DeliveryView } from '../contracts/agents.ts';
import type { AgentDirectory } from '../contracts/ports.ts';
import { plainText } from '../core/text.ts';
import { newRun, type Run } from './machine.ts';
import type { GasStore } from './store.ts';

/** Lists the configured agents in their order; one that was never seen has no figures. */
export function createDirectory(store: GasStore, agents: readonly string[]): AgentDirectory {
  return {
    agents: async () => {
      const { values, unreadable } = await store.runs(agents);
      return agents.map((agent, at) => {
        const view = agentView(values[at] ?? newRun(agent));
        return unreadable.includes(agent) ? { ...view, problem: 'its record in Redis cannot be read' } : view;
      });
    },
    deliveries: async (limit) => {
      const { deliveries, unreadable } = await store.recentDeliveries(limit);
      return { deliveries: deliveries.map(plainDelivery), unreadable };
    },
  };
}

const missionLimit = 200;
const problemLimit = 500;

function agentView({ agent, state, mission, epoch, percent, seenAt, problem }: Run): AgentView {
  return {
    agent,
    state,
    mission: mission === null ? null : plainText(mission, missionLimit),
    epoch,
    percent,
    seenAt,
    problem: problem === null ? null : plainText(problem, problemLimit),
  };
}

function plainDelivery(delivery: DeliveryView): DeliveryView {
  const { gas } = delivery;
  const from = plainText(gas.from, missionLimit);
  return { ...delivery, gas: { ...gas, from, mission: plainText(gas.mission, missionLimit) } };
}
