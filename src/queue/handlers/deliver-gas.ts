// Job `gas.deliver`: lays one gas into its receiver's inbox. It is "sent" then; "accepted" is the receiver's word alone.
// Where the job fails for good, the inbox says what became of it, and where that cannot tell, nobody can.
import type { DeliveryState, Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
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
      if (state === null || !(isOwed(state) || state === 'sent')) return;
      const { where } = await inbox.deliver(gas);
      const { state: now } = await ledger.record(gas.id, { state: 'sent', detail: where });
      // Given to another agent, or called off, while it was being laid down: nobody is to do the work, or another.
      if (now === 'rerouted' || now === 'suppressed') await inbox.withdraw(gas);
    },
    dead: async ({ gas }, { code }, reason) => {
      await ledger.record(gas.id, await endOf(inbox, gas, { code, reason }));
    },
  };
}

/** Whether its job has something left to do. */
export function isOwed(state: DeliveryState): boolean {
  return state === 'pending' || state === 'queued' || state === 'unknown';
}

/** Faults of an inbox that has taken nothing. */
const tookNothing: readonly string[] = [
  domainErrors.inboxUnwritable.code,
  domainErrors.agentUnknown.code,
  domainErrors.jobInvalid.code,
];

async function endOf(
  inbox: AgentInbox,
  gas: Gas,
  {
    code = domainErrors.jobTimedOut.code,
    reason,
  }: { readonly code?: string | undefined; readonly reason: string },
) {
  const found = await inbox.find?.(gas).catch(() => undefined);
  if (found) return { state: 'sent', detail: found.where } as const;
  // A run that was given up may lay it down yet, though nothing lies there now.
  const isOver = code !== domainErrors.jobTimedOut.code;
  const isAbsent = tookNothing.includes(code) || (found === null && isOver);
  return { state: isAbsent ? 'failed' : 'unknown', detail: reason } as const;
}
