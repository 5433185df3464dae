// Hands out what lies in the mailboxes, and takes the agents' word on it. The record of deliveries comes first: what an
// agent acknowledged is never lost, and what was given to somebody else meanwhile is not handed out.
import type { DeliveryState } from '../contracts/agents.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { GasDesk } from '../contracts/mailbox.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import { viewOf } from './delivery.ts';
import type { Inboxes } from './inboxes/inboxes.ts';
import type { Lying, Mailbox } from './inboxes/mailbox.ts';
import type { Ledger } from './ledger.ts';
import type { GasStore } from './store.ts';

export interface DeskDeps {
  readonly mailbox: Mailbox;
  readonly inbox: Pick<Inboxes, 'asRead'>;
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Between two looks into an empty mailbox: many may wait at once, and a person would not notice. */
const lookEveryMs = 250;

/** Whether its receiver is still to get it; `forgotten` is a delivery that was closed long ago. */
function isOwed(state: DeliveryState | 'forgotten'): boolean {
  return ['pending', 'queued', 'sent', 'unknown', 'failed', 'expired'].includes(state);
}

/** @param agents those whose gas lies in a mailbox */
export function createGasDesk(deps: DeskDeps, agents: readonly string[]): GasDesk {
  const { mailbox, inbox, store, ledger, clock } = deps;

  /** What may be handed out; what is settled is taken away. */
  async function due(agent: string): Promise<readonly Lying[]> {
    const lying = await mailbox.lying(agent);
    const { values, unreadable } = await store.deliveries(lying.map(({ gas }) => gas.id));
    const kept: Lying[] = [];
    for (const [i, one] of lying.entries()) {
      // One that cannot be read concerns itself alone; a person mends it, and until then it lies there.
      if (unreadable.includes(one.gas.id)) continue;
      const state = values[i]?.state ?? 'forgotten';
      if (isOwed(state)) kept.push(one);
      else if (state === 'accepted' || state === 'working')
        await mailbox.taken(agent, one.gas.id, clock.now());
      else await mailbox.withdraw(one.gas);
    }
    return kept;
  }

  async function handOut(agent: string, those: readonly Lying[], detail: string): Promise<void> {
    for (const { gas, handedAt } of those) {
      if (handedAt !== null) continue;
      // The worker that laid it down may have been killed before it could say so.
      await ledger.record(gas.id, { state: 'sent', detail });
    }
    await mailbox.handedOut(agent, those, clock.now());
  }

  return {
    has: (agent) => agents.includes(agent),
    fetch: async (agent, waitMs, signal, word = 'by its agent') => {
      const deadline = clock.now() + waitMs;
      for (;;) {
        const those = await due(agent);
        // Whoever asked has gone: it stays where it is, and is told so.
        if (signal.aborted) return [];
        if (those.length > 0) {
          await handOut(agent, those, `fetched ${word}`);
          return those.map(({ gas, handedAt }) => ({ ...gas, handedAt }));
        }
        if (clock.now() >= deadline) return [];
        await clock.sleep(lookEveryMs, signal).catch(() => undefined);
      }
    },
    acknowledge: async (agent, id, state, word) => {
      const held = (await store.delivery(id)).value;
      if (held?.gas.to !== agent) {
        throw new SwarmError(domainErrors.deliveryUnknown, `${agent} has no gas ${id}`);
      }
      const detail = word ?? `told by ${agent}`;
      if (agents.includes(agent)) {
        // What was fetched is sent by now: it is recorded before it is handed out.
        await ledger.record(id, { state: 'sent', detail: `never fetched, ${detail}` });
      }
      const view = viewOf(await ledger.record(id, { state, detail }));
      if (agents.includes(agent)) await mailbox.taken(agent, id, clock.now());
      return { ...view, gas: inbox.asRead(view.gas) };
    },
  };
}
