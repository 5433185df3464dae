// Job `gas.deliver`: lays one gas into its receiver's inbox. It is "sent" then; "accepted" is the receiver's word alone.
import type { AgentInbox, DeliveryLedger } from '../../contracts/ports.ts';
import type { JobHandler } from '../handler.ts';

export interface DeliverGasDeps {
  readonly ledger: DeliveryLedger;
  readonly inbox: AgentInbox;
}

/** Makes the handler. */
export function makeDeliverGas({ ledger, inbox }: DeliverGasDeps): JobHandler<'gas.deliver'> {
  return {
    name: 'gas.deliver',
    run: async ({ gas }) => {
      const state = await ledger.state(gas.id);
      // Already further, by an earlier run that was killed before it could say so. What was sent may be laid down again, since
      // nobody has acknowledged it: an inbox knows a gas that it has.
      if (state !== 'pending' && state !== 'queued' && state !== 'sent') return;
      const { where } = await inbox.deliver(gas);
      const { state: now } = await ledger.record(gas.id, { state: 'sent', detail: where });
      // Given to another agent while it was being laid down: two must not do the same work.
      if (now === 'rerouted') await inbox.withdraw(gas);
    },
    dead: async ({ gas }, _context, reason) => {
      await ledger.record(gas.id, { state: 'failed', detail: reason });
    },
  };
}
