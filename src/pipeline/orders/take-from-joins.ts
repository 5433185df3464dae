// Takes a part out of the joins in which it waits for others: its agent has reached the checkpoint, and hands nothing over.
import type { Checkpoint } from '../../contracts/agents.ts';
import { type Delivery, newDelivery } from '../delivery.ts';
import { toSkippedGas } from '../gas.ts';
import { joinOf } from '../graph.ts';
import { passBy, waitOf } from '../join.ts';
import { type Edge, markOf } from '../routing.ts';
import type { Run } from '../run.ts';
import { untilSaved } from '../until-saved.ts';
import type { OrderDeps } from './deps.ts';

export interface Part {
  readonly run: Run;
  readonly checkpoint: Checkpoint;
  readonly edges: readonly Edge[];
  /** Who takes it out, and why. */
  readonly detail: string;
}

/** The record of each, stored in the same step; none where nothing of this mission waits. @throws SwarmError REDIS_* */
export async function takeFromJoins(
  { store, clock, chain }: Pick<OrderDeps, 'store' | 'clock' | 'chain'>,
  { run, checkpoint, edges, detail }: Part,
): Promise<readonly Delivery[]> {
  const made: Delivery[] = [];
  for (const { source, receiver: to } of edges) {
    const join = joinOf(chain(), to);
    if (join === null) continue;
    const one = await untilSaved(`join of ${to}`, async () => {
      const held = await store.arrivals(to, checkpoint);
      const wait = held.value === null ? null : waitOf(held.value, join);
      const isOurs = held.value?.arrived[source] === markOf(run) && wait?.from.includes(source);
      if (held.value === null || !isOurs) return [];
      const value = passBy(held.value, source, markOf(run), join);
      const gas = toSkippedGas(run, checkpoint, { to, createdAt: clock.now() });
      const record = [newDelivery(gas, detail, { state: 'suppressed' })];
      return (await store.saveJoins([{ receiver: to, checkpoint, held, value }], record)) ? record : null;
    });
    made.push(...one);
  }
  return made;
}
