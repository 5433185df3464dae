// Job `gas.deliver`: lays one gas into its receiver's inbox. It is "sent" then, or waits there to be fetched; "accepted" is
// the receiver's word alone.
// Where the job fails for good, the inbox says what became of it; where that cannot tell, what each of its tries met, and
// where one of them may have handed it over, nobody can.
import type { DeliveryState, Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { AgentInbox, DeliveryLedger, Handed } from '../../contracts/ports.ts';
import { systemClock } from '../../core/clock.ts';
import { errorText, toSwarmError } from '../../core/errors.ts';
import { within } from '../../core/timer.ts';
import type { JobHandler } from '../handler.ts';

/** How long an inbox may take to say what became of a gas, ms. */
const lookMs = 2_000;

const mayHave = 'an earlier try may have handed it over';

export interface DeliverGasDeps {
  readonly ledger: Pick<DeliveryLedger, 'state' | 'record'>;
  readonly inbox: AgentInbox;
  /** Notes at the delivery why a try handed nothing over. Absent: the log alone has it. */
  readonly noteMissed?: (id: string, why: string) => Promise<unknown>;
}

/** Makes the handler. */
export function makeDeliverGas({ ledger, inbox, noteMissed }: DeliverGasDeps): JobHandler<'gas.deliver'> {
  async function note(gas: Gas, handed: Handed): Promise<void> {
    const { state: now } = await ledger.record(gas.id, eventOf(handed));
    if (handed.state === 'refused') return;
    // Given to another agent, or called off, while it was being laid down: nobody is to do the work, or another.
    if (now === 'rerouted' || now === 'suppressed') await inbox.withdraw(gas);
    else if (handed.state === 'sent' && handed.acknowledged) {
      await ledger.record(gas.id, { state: handed.acknowledged, detail: `answered by ${handed.where}` });
    }
  }

  /**
   * What a try may have handed over stays unknown, whatever those behind it meet; an inbox that can be asked is asked in the
   * end. Where it cannot be told now, the next try tells it, or the end: the queue knows since before the first try.
   * Resolves to whether it lies there; null where the inbox cannot say.
   */
  async function tellDoubt(gas: Gas, detail: string): Promise<boolean | null> {
    const lies = await answered(inbox.has(gas));
    if (lies === null) await ledger.record(gas.id, { state: 'unknown', detail }).catch(() => undefined);
    return lies;
  }

  return {
    name: 'gas.deliver',
    mayLeave: true,
    run: async ({ gas }, { signal, doubt }) => {
      const state = await ledger.state(gas.id);
      // Already further, by an earlier run that was killed before it could say so. What was sent may be laid down again, since
      // nobody has acknowledged it: an inbox knows a gas that it has.
      if (state === null || !(isOwed(state) || state === 'sent')) return;
      doubt?.note(true);
      const handed = await inbox.deliver(gas, signal).catch(async (thrown: unknown) => {
        const { code, message } = toSwarmError(thrown);
        const isRefusal = tookNothing.includes(code);
        if (isRefusal) doubt?.note(false);
        const isNothing = isRefusal || (await tellDoubt(gas, message)) === false;
        // The fault counts, whatever becomes of the note; a stop is none.
        if (isNothing && !signal.aborted)
          await noteMissed?.(gas.id, errorText(thrown)).catch(() => undefined);
        if (isRefusal && doubt?.before && state !== 'unknown') {
          await tellDoubt(gas, `${mayHave}; ${message}`);
        }
        throw thrown;
      });
      const isDoubted = doubt?.before === true || state === 'unknown';
      // That it is refused now says nothing of a try before.
      if (handed.state === 'refused' && isDoubted && (await answered(inbox.has(gas))) === null) {
        const detail = `${mayHave}; ${handed.reason}`;
        await ledger.record(gas.id, { state: 'unknown', detail });
      } else await note(gas, handed);
    },
    dead: async ({ gas }, { code, doubted = false }, reason) => {
      const lies = await answered(inbox.has(gas));
      // An inbox knows a gas that it has, and says how it lies there.
      const handed = lies ? await answered(inbox.deliver(gas, AbortSignal.timeout(lookMs))) : null;
      if (handed !== null) return note(gas, handed);
      const isDoubted = doubted || (await ledger.state(gas.id)) === 'unknown';
      await ledger.record(gas.id, endOf(lies, { code, reason, isDoubted }));
    },
  };
}

/** An inbox that failed a run may fail or hang once more. */
function answered<T>(asked: Promise<T>): Promise<T | null> {
  return within(systemClock, { ms: lookMs, late: () => null }, asked).catch(() => null);
}

/** Whether its job has something left to do. */
export function isOwed(state: DeliveryState): boolean {
  return state === 'pending' || state === 'queued' || state === 'unknown';
}

/** Faults of a try that handed nothing over. */
const tookNothing: readonly string[] = [
  domainErrors.inboxUnwritable.code,
  domainErrors.inboxUnreachable.code,
  domainErrors.inboxBusy.code,
  domainErrors.inboxMisconfigured.code,
  domainErrors.agentUnknown.code,
  domainErrors.jobInvalid.code,
  domainErrors.bridgeDown.code,
  domainErrors.messageTooLarge.code,
];

function endOf(
  lies: boolean | null,
  {
    code = domainErrors.jobTimedOut.code,
    reason,
    isDoubted,
  }: { readonly code?: string | undefined; readonly reason: string; readonly isDoubted: boolean },
) {
  // It lies there, and nobody can say more of it.
  if (lies) return { state: 'sent', detail: 'it lies in the inbox after all' } as const;
  // A run that was given up may lay it down yet, though nothing lies there now.
  const isOver = code !== domainErrors.jobTimedOut.code;
  // The last fault is that of one try: another may have handed it over.
  const isAbsent = (tookNothing.includes(code) && !isDoubted) || (lies === false && isOver);
  return { state: isAbsent ? 'failed' : 'unknown', detail: reason } as const;
}

/** What an inbox said, as the record takes it. */
function eventOf(handed: Handed) {
  switch (handed.state) {
    case 'sent':
      return { state: 'sent', detail: handed.where } as const;
    case 'waiting':
      return { state: 'queued', detail: handed.where, waits: true } as const;
    case 'refused':
      return { state: 'failed', detail: handed.reason } as const;
  }
}
