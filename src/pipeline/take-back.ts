// Takes a gas out of its inbox before it is given to another agent or given up: either its receiver has it, or it does not
// get it any more.
import { domainErrors } from '../contracts/errors.ts';
import type { AgentInbox, DeliveryLedger, Withdrawn } from '../contracts/ports.ts';
import { type ErrorKind, SwarmError } from '../core/errors.ts';
import type { Delivery } from './delivery.ts';

export interface TakeBackDeps {
  readonly inbox: Pick<AgentInbox, 'withdraw'>;
  readonly ledger: Pick<DeliveryLedger, 'record'>;
}

/** False when its receiver has accepted it already, though no round has seen that yet. @throws as `withdrawn` and the ledger */
export async function takeBack({ inbox, ledger }: TakeBackDeps, delivery: Delivery): Promise<boolean> {
  const { id } = delivery.gas;
  if ((await withdrawn(inbox, delivery)) !== 'taken') return true;
  await ledger.record(id, { state: 'sent', detail: 'moved to done/' });
  await ledger.record(id, { state: 'accepted', detail: 'moved to done/' });
  return false;
}

/**
 * As the inbox says. A pane or server that has gone keeps nothing, and what failed or is held was never laid down: an inbox
 * that is not there is no reason to let nobody have it.
 * @throws SwarmError INBOX_UNWRITABLE, INBOX_UNCERTAIN, INBOX_MISCONFIGURED where it may lie there, and what else the inbox throws
 */
export async function withdrawn(inbox: TakeBackDeps['inbox'], { gas, state }: Delivery): Promise<Withdrawn> {
  try {
    return await inbox.withdraw(gas);
  } catch (thrown) {
    const kind = thrown instanceof SwarmError ? thrown.kind : null;
    const isNowhere = kind === domainErrors.inboxUnreachable;
    const isUnlaid = state === 'failed' || state === 'held';
    if (isNowhere || (isUnlaid && isUnaskable(thrown))) return 'absent';
    throw thrown;
  }
}

/** Whether an inbox cannot say at present what lies in it. */
function isUnaskable(thrown: unknown): thrown is SwarmError {
  if (!(thrown instanceof SwarmError)) return false;
  return unaskable.includes(thrown.kind);
}

const unaskable: readonly ErrorKind[] = [
  domainErrors.inboxUnwritable,
  domainErrors.inboxUncertain,
  domainErrors.inboxMisconfigured,
];

/** Whether nobody can say what lies at a receiver: one with such an inbox, or one that is configured no more. */
export function mayLieThere(thrown: unknown): thrown is SwarmError {
  return isUnaskable(thrown) || (thrown instanceof SwarmError && thrown.kind === domainErrors.agentUnknown);
}
