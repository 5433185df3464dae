// What the tests of take-overs stand on: B is silent over gas of A, and a store and a memory of watches that never fail.
import type { Gas } from '../../../src/contracts/agents.ts';
import { type Delivery, newDelivery } from '../../../src/pipeline/delivery.ts';
import type { Run } from '../../../src/pipeline/run.ts';
import type { Watch } from '../../../src/pipeline/stall/record.ts';
import { runOn } from '../../support/runs.ts';
import { start } from './stall-life.ts';

export const gas: Gas = {
  ...{ id: 'x1', from: 'A', to: 'B', mission: 'M', epoch: 1, percent: 76, text: 'Go on.' },
  checkpoint: 75,
  createdAt: start,
};
export const lying: Delivery = { ...newDelivery(gas, ''), state: 'sent' };

/** At work since the start; seen then or never again. */
export const runOf = (agent: string, seenAt: number): Run =>
  runOn(agent, { epoch: 1, epochAt: start, name: 'M' }, { percent: 40, seenAt });

export const storeOf = (runs: () => readonly Run[], open: () => readonly Delivery[] = () => [lying]) => ({
  runs: async () => ({ values: [...runs()], unreadable: [] }),
  recentDeliveries: async () => ({ deliveries: [...open()].toReversed(), unreadable: 0 }),
});

/** Watches by their agents, in `held`. */
export const watchesIn = (held: Map<string, Watch>) => ({
  many: async (agents: readonly string[]) => agents.map((agent) => held.get(agent) ?? null),
  one: async (agent: string) => ({ version: 1, value: held.get(agent) ?? null }),
  save: async <H>(before: H, value: Watch) => {
    held.set(value.agent, value);
    return { ...before, value };
  },
});
