// The record of deliveries: takes what happened, stores the machine's answer, then does what it asks for.
// Stored first, done after: what a crash leaves undone is found in the open set and done again by `settle`.
import type { Address } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { DeliveryLedger, JobLook } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import {
  type Delivery,
  type DeliveryEvent,
  isClosed,
  isTooEarly,
  owedSince,
  transitionDelivery,
} from './delivery.ts';
import { dispatched, requeue } from './dispatch.ts';
import { kindOf } from './gas.ts';
import { pauseOf } from './machine.ts';
import type { GasStore } from './store.ts';
import { makeTell, type TellDeps } from './tell.ts';

export interface LedgerDeps extends TellDeps {
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  /** Whether a job is still there; absent: what stays `queued` too long is taken for lost. */
  readonly look?: JobLook | undefined;
}

export interface LedgerOptions {
  /** Who is told of each change of a delivery. */
  readonly reportTo: readonly Address[];
  /** A delivery without an acknowledgement expires after this, ms. */
  readonly ackTimeoutMs: number;
}

export interface Ledger extends Pick<DeliveryLedger, 'state'> {
  /** As DeliveryLedger. */
  record(...what: Parameters<DeliveryLedger['record']>): Promise<Delivery>;
  /** Begins a delivery that was just stored: into the queue, or told where it is held or was taken out. */
  begin(delivery: Delivery): Promise<void>;
  /** Does what is still owed to a delivery of the open set: let go, expire, enqueue (again), or tell and close. */
  settle(delivery: Delivery): Promise<void>;
  /** Stores and begins a delivery unless it is there; then does what is owed to the stored one. */
  once(delivery: Delivery): Promise<void>;
  /** A person's word on a delivery; `beside` is stored in the same step, and only if the word fits. */
  move(
    id: string,
    event: Omit<DeliveryEvent, 'at'> & { readonly state: 'pending' | 'suppressed' | 'rerouted' },
    beside?: readonly Delivery[],
  ): Promise<Delivery>;
}

/** A job that stays `queued` this long is looked for: it may be lost, or lie in a queue that is paused. */
const requeueAfterMs = 120_000;

export function createLedger(deps: LedgerDeps, options: LedgerOptions): Ledger {
  const { store, jobs, clock, meter, look } = deps;
  const tell = makeTell(deps, options);

  async function apply(
    id: string,
    what: Omit<DeliveryEvent, 'at'>,
    beside: readonly Delivery[] = [],
  ): Promise<Delivery> {
    const { delivery, effects } = await untilSaved(`delivery ${id}`, async () => {
      const held = await store.delivery(id);
      if (held.value === null) throw new SwarmError(domainErrors.deliveryUnknown, `no delivery ${id}`);
      const { state } = held.value;
      if (isTooEarly(state, what.state)) {
        throw new SwarmError(domainErrors.deliveryNotSent, `delivery ${id} is only ${state}`);
      }
      const step = transitionDelivery(held.value, { ...what, at: clock.now() });
      if (step.effects.length === 0) return step;
      return (await store.saveDelivery(held, step.delivery, beside)) ? step : null;
    });
    if (effects.length > 0) count(meter, delivery);
    if (effects.includes('report')) await tell(delivery);
    return delivery;
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
    if (isClosed(delivery.state)) return tell(delivery);
    if (delivery.state === 'held') return letGo(delivery);
    const now = clock.now();
    if (now - owedSince(delivery) >= options.ackTimeoutMs) {
      const did = delivery.state === 'pending' || delivery.state === 'queued' ? 'sent' : 'acknowledged';
      const detail = `not ${did} within ${Math.round(options.ackTimeoutMs / 1_000)} s`;
      await apply(delivery.gas.id, { state: 'expired', detail });
    } else if (delivery.state === 'pending') {
      await dispatch(delivery);
    } else if (delivery.state === 'queued' && now - delivery.since >= requeueAfterMs) {
      await requeue({ jobs, look }, delivery, retryNumber(now - delivery.since));
    }
  }

  /** What is held waits for the word on its sender, which may have come in another process. */
  async function letGo({ gas }: Delivery): Promise<void> {
    const run = (await store.run(gas.from)).value;
    if (run !== null && pauseOf(run) !== null) return;
    const delivery = await apply(gas.id, { state: 'pending', detail: 'let go' });
    if (delivery.state === 'pending') await dispatch(delivery);
  }

  async function once(created: Delivery): Promise<void> {
    const delivery = await keep(store, created);
    if (!isClosed(delivery.state)) await settle(delivery);
  }

  return {
    state: async (id) => (await store.delivery(id)).value?.state ?? null,
    record: (id, event) => apply(id, event),
    begin,
    settle,
    once,
    move: apply,
  };
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

/** 1, 2, 3… at 2, 4, 8… minutes: the sweep of every minute adds few jobs, each with an id of its own. */
function retryNumber(waitedMs: number): number {
  return 1 + Math.floor(Math.log2(waitedMs / requeueAfterMs));
}

function count(meter: Meter | undefined, { gas, state }: Delivery): void {
  meter?.count('gas_deliveries_total', { checkpoint: String(gas.checkpoint ?? kindOf(gas)), state });
}
