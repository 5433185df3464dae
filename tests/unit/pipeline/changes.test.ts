// What is told and what is counted of a delivery that changes.
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createChanges } from '../../../src/pipeline/changes.ts';
import { newDelivery, transitionHolders } from '../../../src/pipeline/delivery.ts';
import { createMemoryStore } from '../../../src/pipeline/simulation/memory-store.ts';
import { gas } from './gas.ts';

it('each state that it reaches is counted once; what only says more of a state is told alone', async () => {
  const store = createMemoryStore({ isRedisAway: () => false, wrote: () => undefined });
  const counted: unknown[] = [];
  const told: string[] = [];
  const { apply, change } = createChanges({
    ...{ store, clock: systemClock },
    meter: { count: (...what) => void counted.push(what), observe: () => undefined },
    follow: async ({ state }, effects) => void told.push(`${state} ${effects.join()}`),
    again: async ({ state }) => void told.push(`${state} again`),
  });
  const held = newDelivery(gas(), '', { state: 'held', heldBy: ['Agent-1', 'Agent-3'] });
  await store.saveDelivery({ version: 0, value: null }, held);
  for (const _ of [1, 2]) await change(held.gas.id, (now) => transitionHolders(now, ['Agent-3'], 9));
  for (const _ of [1, 2]) await apply(held.gas.id, { state: 'pending', detail: 'let go' });
  expect(told).toEqual(['held report', 'held ', 'pending report', 'pending ', 'pending again']);
  expect(counted).toEqual([['gas_deliveries_total', { checkpoint: '75', state: 'pending' }]]);
});
