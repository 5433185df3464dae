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
    run: async ({ gas }, { signal }) => {
      const state = await ledger.state(gas.id);
      // Already further, by an earlier run that was killed before it could say so.
      if (state !== 'pending' && state !== 'queued') return;
      const handed = await inbox.deliver(gas, signal);
      if (handed.state === 'refused') {
        await ledger.record(gas.id, { state: 'failed', detail: handed.reason });
        return;
      }
      const { state: now } = await ledger.record(gas.id, { state: 'sent', detail: handed.where });
      // Given to another agent while it was being laid down: two must not do the same work.
      if (now === 'rerouted') await inbox.withdraw(gas);
      else if (handed.acknowledged) {
        await ledger.record(gas.id, { state: handed.acknowledged, detail: `answered by ${handed.where}` });
      }
    },
    dead: async ({ gas }, _context, reason) => {
      await ledger.record(gas.id, { state: 'failed', detail: reason });
    },
  };
}
