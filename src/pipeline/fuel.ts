// What an acknowledgement changes for the run of its receiver, stored in the same step: a run that did not know whose work it
// took would hand it over to the wrong agents.
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import { type Delivery, isTaken } from './delivery.ts';
import { kindOf } from './gas.ts';
import { transitionByGas } from './machine.ts';
import { newRun } from './run.ts';
import type { GasStore, RunChange } from './store.ts';

/**
 * Null where nothing changes. A run that cannot be read keeps no acknowledgement back: it concerns itself alone.
 * @throws SwarmError REDIS_*
 */
export async function fuelled(
  store: Pick<GasStore, 'run'>,
  before: Delivery,
  { gas, meant, state, since, steps }: Delivery,
): Promise<RunChange | null> {
  if (isTaken(before) || !isTaken({ state }) || kindOf(gas) !== 'checkpoint') return null;
  const held = await store.run(gas.to).catch(passUnreadable);
  if (held === null) return null;
  const run = held.value ?? newRun(gas.to);
  const sentAt = steps.find((step) => step.state === 'sent')?.at ?? since;
  const { to, from, epoch } = gas;
  const next = transitionByGas(run, { from, epoch, meant: meant ?? to, sentAt }, since);
  return next === run ? null : { held, run: next };
}

function passUnreadable(thrown: unknown): null {
  if (thrown instanceof SwarmError && thrown.kind === domainErrors.recordUnreadable) return null;
  throw thrown;
}
