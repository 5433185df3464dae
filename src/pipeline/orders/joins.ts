// What an order on a checkpoint is to those that join: a part that a person settled counts as come, or its round would go on
// into the next mission.
import type { Checkpoint } from '../../contracts/agents.ts';
import type { Chain } from '../chain.ts';
import { joinOf } from '../graph.ts';
import { nobodyYet, type passBy } from '../join.ts';
import { type Edge, markOf } from '../routing.ts';
import type { Run } from '../run.ts';
import type { Beside, GasStore } from '../store.ts';

export type JoinStep = typeof passBy;

/** The join of `receiver` after a step of the run for `source`, to be saved beside the run; none where that is no part of one. */
export async function stepAtJoin(
  store: Pick<GasStore, 'arrivals'>,
  chain: Chain,
  { run, checkpoint, source, receiver }: Edge & { readonly run: Run; readonly checkpoint: Checkpoint },
  step: JoinStep,
): Promise<NonNullable<Beside['arrivals']>> {
  const join = joinOf(chain, receiver);
  if (!join?.of.includes(source)) return [];
  const held = await store.arrivals(receiver, checkpoint);
  return [{ receiver, checkpoint, held, value: step(held.value ?? nobodyYet, source, markOf(run), join) }];
}
