// Takes a gas out of its inbox before it is given to another agent or given up: either its receiver has it, or it does not
// get it any more.
import type { Delivery } from '../delivery.ts';
import type { OrderDeps } from './deps.ts';

/** False when its receiver has accepted it already, though no round has seen that yet. @throws as the inbox and the ledger */
export async function takeBack(
  { inbox, ledger }: Pick<OrderDeps, 'inbox' | 'ledger'>,
  { gas }: Delivery,
): Promise<boolean> {
  if ((await inbox.withdraw(gas)) !== 'taken') return true;
  await ledger.record(gas.id, { state: 'sent', detail: 'moved to done/' });
  await ledger.record(gas.id, { state: 'accepted', detail: 'moved to done/' });
  return false;
}
