// Calls off one delivery by its id: nobody is to get it any more, also where a worker laid it down and died before it could
// say so.
import type { CallOffGas } from '../../contracts/ports.ts';
import { mayBeGivenUp } from '../delivery.ts';
import type { OrderDeps } from './deps.ts';
import { fromItsWay } from './skip.ts';

export function makeCallOff(deps: Pick<OrderDeps, 'store' | 'inbox' | 'ledger' | 'agents'>): CallOffGas {
  return async (id, by) => {
    const one = (await deps.store.delivery(id)).value;
    if (one === null) return false;
    const after = mayBeGivenUp(one) ? await fromItsWay(deps, one, `cancelled by ${by}`) : one;
    return after.state === 'suppressed';
  };
}
