// Gives a delivery that nobody has acknowledged to another agent. The old one is taken back first: either its receiver has
// it or the new one gets it, never both.
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { deliveryTable, newDelivery } from '../delivery.ts';
import { replacementId, toReplacement } from '../gas.ts';
import { takeBack, withdrawn } from '../take-back.ts';
import { askedBy, chosen, delivering, type OrderDeps, objectionToGiving, refused } from './deps.ts';

export type ReassignDeps = Pick<OrderDeps, 'store' | 'ledger' | 'inbox' | 'clock' | 'agents' | 'inboxless'>;

export function makeReassign(deps: ReassignDeps): SwarmControl['gas.reassign'] {
  const { store, ledger, inbox, clock } = deps;
  return async (order, { by, delivery: id, to, replyTo }) => {
    chosen(deps, to);
    const old = (await store.delivery(id)).value;
    if (old === null) return refused(`there is no delivery ${id}`);
    const before = (await store.delivery(replacementId(order.id))).value;
    if (before === null) {
      const objection = objectionToGiving(deps, to);
      if (objection !== null) return objection;
      if (old.gas.to === to) return refused(`it is for ${to} already`);
      if (!deliveryTable[old.state].includes('rerouted')) return refused(`it is ${old.state} already`);
      if (!(await takeBack(deps, old))) return refused(`${old.gas.to} has accepted it already`);
      const gas = toReplacement(old.gas, { id: order.id, to, createdAt: clock.now() });
      const meant = old.meant ?? old.gas.to;
      const begin = {
        asked: askedBy(order, replyTo),
        meant,
        fallbacks: old.fallbacks.filter((one) => one !== to),
      };
      const next = newDelivery(gas, `taken from ${old.gas.to} by ${by}`, begin);
      const detail = `given to ${to} by ${by}`;
      const { state } = await ledger.move(id, { state: 'rerouted', detail, replacedBy: gas.id }, [next]);
      if (state !== 'rerouted') {
        // It was acknowledged in between, by somebody who still wants to read it.
        await inbox.deliver(old.gas);
        return refused(`it is ${state} already`);
      }
    }
    const made = before ?? (await store.delivery(replacementId(order.id))).value;
    if (made === null) return refused('somebody else has given it to another agent');
    // A worker that was laying it down at that moment may have done so since.
    await withdrawn(inbox, old);
    await ledger.once(made);
    return delivering;
  };
}
