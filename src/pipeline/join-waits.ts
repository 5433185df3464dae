// What waits in joins at present, for people. It decides nothing.
import type { JoinWait } from '../contracts/agents.ts';
import type { Chain } from './chain.ts';
import { joinOf } from './graph.ts';
import { waitOf } from './join.ts';
import type { GasStore } from './store.ts';

/** @throws SwarmError REDIS_* */
export async function readJoinWaits(
  store: Pick<GasStore, 'joins' | 'arrivals'>,
  chain: Chain,
): Promise<readonly JoinWait[]> {
  const waits = (await store.joins()).map(async ({ receiver, checkpoint }) => {
    const join = joinOf(chain, receiver);
    if (join === null) return [];
    // Where that record is broken the agents are told all the same; whoever comes to the join finds the fault.
    const { value } = await store.arrivals(receiver, checkpoint).catch(() => ({ value: null }));
    const wait = value === null ? null : waitOf(value, join);
    return wait === null ? [] : [{ receiver, checkpoint, ...wait }];
  });
  return (await Promise.all(waits)).flat();
}
