// A person's words to one agent, or to all: a delivery each, acknowledged as gas is.
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { newDelivery } from '../delivery.ts';
import { messageId, toMessage } from '../gas.ts';
import { askedBy, chosen, delivering, type OrderDeps } from './deps.ts';

export function makeMessage(deps: OrderDeps): SwarmControl['agent.message'] {
  return async (order, { by, to, text, replyTo }) => {
    const receivers = chosen(deps, to);
    const siblings = to === null ? receivers.map((agent) => messageId(order.id, agent)) : [];
    const asked = askedBy(order, replyTo, siblings);
    for (const agent of receivers) {
      const gas = toMessage(text, { id: order.id, by, to: agent, createdAt: deps.clock.now() });
      await deps.ledger.once(newDelivery(gas, `written by ${by}`, { asked }));
    }
    return delivering;
  };
}
