// The record of deliveries: takes what happened, stores the machine's answer, then does what it asks for.
// Stored first, done after: what a crash leaves undone is found in the open set and done again by `settle`, and where the same
// event comes again.
import type { Address } from '../contracts/chat.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { AgentInbox, DeliveryLedger } from '../contracts/ports.ts';
import { createChanges } from './changes.ts';
import {
  type Delivery,
  type DeliveryStep,
  isClosed,
  transitionAlert,
  transitionMissed,
  transitionPassedOver,
} from './delivery.ts';
import { createEscalation, type MoveWord } from './escalate.ts';
import type { OwedRules } from './owed.ts';
import type { FitnessRules } from './routing.ts';
import { createSettling, type SettlingDeps } from './settle.ts';
import type { GasStore } from './store.ts';
import { createTelling, type TellDeps } from './tell.ts';
import { untilSaved } from './until-saved.ts';

export interface LedgerDeps extends TellDeps, SettlingDeps {
  readonly inbox: Pick<AgentInbox, 'deliver' | 'withdraw'>;
  readonly meter?: Meter | undefined;
}

export interface LedgerOptions extends OwedRules, FitnessRules {
  /** Who is told of each change of a delivery. */
  readonly reportTo: readonly Address[];
}

export interface Ledger extends Pick<DeliveryLedger, 'state'> {
  /** As DeliveryLedger. */
  record(...what: Parameters<DeliveryLedger['record']>): Promise<Delivery>;
  /** Begins a delivery that was just stored: into the queue, or told where it is held or was taken out. */
  begin(delivery: Delivery): Promise<void>;
  /** Does what is still owed to a delivery of the open set, as `owedTo` says. */
  settle(delivery: Delivery): Promise<void>;
  /** Stores and begins a delivery unless it is there; then does what is owed to the stored one. */
  once(delivery: Delivery): Promise<void>;
  /** A word on a delivery; `beside` is stored in the same step, and only if the word fits. */
  move(id: string, word: MoveWord, beside?: readonly Delivery[]): Promise<Delivery>;
  /** A try to lay a delivery down failed; another follows. */
  missed(id: string, why: string): Promise<Delivery>;
  /** A person is wanted for a delivery. @param paused as in HumanAlert; default: none */
  alarm(id: string, why: string, paused?: readonly string[]): Promise<Delivery>;
  /** What came behind another does not go in its place now. */
  passOver(id: string, detail: string): Promise<Delivery>;
  /** As Escalation. */
  passOn(open: readonly Delivery[]): Promise<void>;
}

export function createLedger(deps: LedgerDeps, options: LedgerOptions): Ledger {
  const { store, clock, meter, inbox } = deps;
  const { tell, tellUntold } = createTelling(deps, options);

  /** A closed delivery leaves the open set last, so a crash before that is mended. */
  async function follow(delivery: Delivery, effects: DeliveryStep['effects']): Promise<void> {
    if (effects.includes('recall')) await escalation.recall(delivery);
    if (effects.includes('report')) await tell(delivery);
  }

  const { change, apply } = createChanges({ store, clock, meter, follow, again: tellUntold });
  const settling = createSettling(deps, options, {
    ...{ change, apply, tell, tellUntold, follow },
    escalate: (delivery, why) => escalation.escalate(delivery, why),
  });

  async function once(created: Delivery): Promise<void> {
    const delivery = await keep(store, created);
    if (!isClosed(delivery.state)) await settling.settle(delivery);
  }

  const ledger: Ledger = {
    state: async (id) => (await store.delivery(id)).value?.state ?? null,
    record: (id, event) => apply(id, event),
    ...settling,
    once,
    move: apply,
    missed: (id, why) => change(id, (held) => transitionMissed(held, clock.now(), why)),
    alarm: (id, why, paused) => change(id, (held) => transitionAlert(held, { at: clock.now(), why, paused })),
    passOver: (id, detail) => change(id, (held) => transitionPassedOver(held, clock.now(), detail)),
    passOn: (open) => escalation.passOn(open),
  };
  const escalation = createEscalation({ store, inbox, clock, ledger }, options);
  return ledger;
}

/** Stores a delivery unless it is there; resolves to the stored one. */
function keep(store: GasStore, created: Delivery): Promise<Delivery> {
  const { id } = created.gas;
  return untilSaved(`delivery ${id}`, async () => {
    const held = await store.delivery(id);
    if (held.value) return held.value;
    return (await store.saveDelivery(held, created)) ? created : null;
  });
}
