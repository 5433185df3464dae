// The read model of agents and deliveries, straight from Redis; it decides and changes nothing. What an agent wrote is
// made plain here, for whoever shows it; the machine goes on with the raw text.
import type { AgentView, DeliveryView } from '../contracts/agents.ts';
import type { AgentDirectory } from '../contracts/ports.ts';
import { plainText } from '../core/text.ts';
import { type Chain, successor } from './chain.ts';
import { type Delivery, viewOf } from './delivery.ts';
import { ahead, newRun, pauseOf, type Run, stateOf } from './machine.ts';
import type { GasStore } from './store.ts';

/** Lists the configured agents in their order; one that was never seen has no figures. */
export function createDirectory(
  store: GasStore,
  { agents, chain }: { readonly agents: readonly string[]; readonly chain: () => Chain },
): AgentDirectory {
  return {
    agents: async () => {
      const { values, unreadable } = await store.runs(agents);
      return agents.map((agent, at) => {
        const view = agentView(values[at] ?? newRun(agent), successor(chain(), agent));
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

function agentView(run: Run, next: string | null): AgentView {
  const { agent, mission, epoch, percent, seenAt, problem } = run;
  const pause = pauseOf(run);
  return {
    agent,
    state: stateOf(run),
    mission: mission === null ? null : plainText(mission, missionLimit),
    epoch,
    percent,
    seenAt,
    problem: problem === null ? null : plainText(problem, problemLimit),
    next,
    nextCheckpoint: ahead(run)[0] ?? null,
    paused: pause === null ? null : { by: plainText(pause.by, 80), at: pause.at },
  };
}

function plainDelivery(delivery: Delivery): DeliveryView {
  const { gas } = delivery;
  const from = plainText(gas.from, missionLimit);
  return { ...viewOf(delivery), gas: { ...gas, from, mission: plainText(gas.mission, missionLimit) } };
}
