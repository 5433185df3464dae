// The record of deliveries: takes what happened, stores the machine's answer, then does what it asks for.
// Stored first, done after: what a crash leaves undone is found in the open set and done again by `settle`.
import type { Address } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { AgentInbox, DeliveryLedger, JobLook } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import {
  type Delivery,
  type DeliveryEvent,
  type DeliveryStep,
  isClosed,
  isTaken,
  isTooEarly,
  transitionAlert,
  transitionDelivery,
  transitionRetry,
} from './delivery.ts';
import { dispatched, layAgain, requeue } from './dispatch.ts';
import { createEscalation } from './escalate.ts';
import { kindOf } from './gas.ts';
import { fuelled } from './fuel.ts';
import { pauseOf } from './machine.ts';
import { type OwedRules, owedTo } from './owed.ts';
import type { FitnessRules } from './routing.ts';
import type { GasStore } from './store.ts';
import { makeTell, type TellDeps } from './tell.ts';

export interface LedgerDeps extends TellDeps {
  readonly clock: Clock;
  readonly inbox: Pick<AgentInbox, 'deliver' | 'withdraw'>;
  readonly meter?: Meter | undefined;
  /** Whether a job is still there; absent: what stays `queued` too long is taken for lost. */
  readonly look?: JobLook | undefined;
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
  /** A person is wanted for a delivery. */
  alarm(id: string, why: string): Promise<Delivery>;
}

export interface MoveWord {
  readonly state: 'pending' | 'suppressed' | 'rerouted';
  readonly detail: string;
  readonly replacedBy?: string;
}

export function createLedger(deps: LedgerDeps, options: LedgerOptions): Ledger {
  const { store, jobs, clock, meter, look, inbox } = deps;
  const tell = makeTell(deps, options);

  async function change(
    id: string,
    make: (held: Delivery) => DeliveryStep,
    beside: readonly Delivery[] = [],
  ): Promise<Delivery> {
    const { delivery, effects, changed } = await untilSaved(`delivery ${id}`, async () => {
      const held = await store.delivery(id);
      if (held.value === null) throw new SwarmError(domainErrors.deliveryUnknown, `no delivery ${id}`);
      const step = make(held.value);
      if (step.delivery === held.value) return { ...step, changed: false };
      const receiver = await fuelled(store, held.value, step.delivery);
      return (await store.saveDelivery(held, step.delivery, beside, receiver))
        ? { ...step, changed: true }
        : null;
    });
    if (changed && effects.includes('report')) count(meter, delivery);
    await follow(delivery, effects);
    return delivery;
  }

  /** What comes of a step that was stored. A closed delivery leaves the open set last, so a crash before that is mended. */
  async function follow(delivery: Delivery, effects: DeliveryStep['effects']): Promise<void> {
    if (effects.includes('recall')) await escalation.recall(delivery);
    if (effects.includes('report')) await tell(delivery);
  }

  function apply(id: string, what: Omit<DeliveryEvent, 'at'>, beside: readonly Delivery[] = []) {
    return change(
      id,
      (held) => {
        if (isTooEarly(held.state, what.state)) {
          throw new SwarmError(domainErrors.deliveryNotSent, `delivery ${id} is only ${held.state}`);
        }
        return transitionDelivery(held, { ...what, at: clock.now() });
      },
      beside,
    );
  }

  async function begin(delivery: Delivery): Promise<void> {
    if (delivery.state === 'pending') await dispatch(delivery);
    else await tell(delivery);
  }

  async function dispatch(delivery: Delivery): Promise<void> {
    const event = await dispatched(jobs, delivery);
    if (event) await apply(delivery.gas.id, event);
  }

  async function settle(delivery: Delivery): Promise<void> {
    const { id } = delivery.gas;
    const owed = owedTo(delivery, clock.now(), options);
    switch (owed.do) {
      case 'nothing':
        return;
      case 'let-go':
        return letGo(delivery);
      case 'dispatch':
        return dispatch(delivery);
      case 'requeue':
        return requeue({ jobs, look }, delivery, owed.retry);
      case 'retry':
        return retry(delivery, owed.detail);
      case 'expire':
        await apply(id, { state: 'expired', detail: owed.detail });
        return;
      case 'escalate':
        return escalation.escalate(delivery, owed.why);
      case 'close': {
        return follow(
          delivery,
          isTaken(delivery) && delivery.replacedBy !== null ? ['report', 'recall'] : ['report'],
        );
      }
    }
  }

  /** What is held waits for the word on its sender, which may have come in another process. */
  async function letGo({ gas }: Delivery): Promise<void> {
    const run = (await store.run(gas.from)).value;
    if (run !== null && pauseOf(run) !== null) return;
    const delivery = await apply(gas.id, { state: 'pending', detail: 'let go' });
    if (delivery.state === 'pending') await dispatch(delivery);
  }

  async function retry({ gas }: Delivery, detail: string): Promise<void> {
    const delivery = await change(gas.id, (held) => transitionRetry(held, clock.now(), detail));
    if (delivery.state === 'sent') await layAgain(jobs, delivery);
  }

  async function once(created: Delivery): Promise<void> {
    const delivery = await keep(store, created);
    if (!isClosed(delivery.state)) await settle(delivery);
  }

  const ledger: Ledger = {
    state: async (id) => (await store.delivery(id)).value?.state ?? null,
    record: (id, event) => apply(id, event),
    begin,
    settle,
    once,
    move: apply,
    alarm: (id, why) => change(id, (held) => transitionAlert(held, { at: clock.now(), why })),
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

/** Runs a read-decide-save round again while somebody else saves in between (null). @throws SwarmError STORE_CONFLICT */
export async function untilSaved<T>(what: string, round: () => Promise<T | null>): Promise<T> {
  // each conflict means that another writer got on, so a few rounds do unless something is badly wrong
  for (let i = 0; i < 50; i += 1) {
    const saved = await round();
    if (saved !== null) return saved;
  }
  throw new SwarmError(domainErrors.storeConflict, `${what} kept changing while it was being saved`);
}

function count(meter: Meter | undefined, { gas, state }: Delivery): void {
  meter?.count('gas_deliveries_total', { checkpoint: String(gas.checkpoint ?? kindOf(gas)), state });
}
