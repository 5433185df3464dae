// Takes what happened to a delivery, stores the machine's answer, and only then lets what comes of it be done.
import { wordOf } from '../contracts/agents.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import {
  type Delivery,
  type DeliveryEvent,
  type DeliveryStep,
  isTaken,
  isTooEarly,
  transitionDelivery,
} from './delivery.ts';
import { fuelled } from './fuel.ts';
import { kindOf } from './gas.ts';
import type { Known } from './records.ts';
import type { GasStore } from './store.ts';
import { untilSaved } from './until-saved.ts';

export interface ChangesDeps {
  readonly store: GasStore;
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  /** Does what comes of a step that was stored. */
  readonly follow: (delivery: Delivery, effects: DeliveryStep['effects']) => Promise<void>;
  /** Told of a delivery to which the same event came again: whoever stored it may not have followed it. */
  readonly again: (delivery: Delivery) => Promise<void>;
}

/** Each throws SwarmError DELIVERY_UNKNOWN, STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*, and what `follow` does. */
export interface Changes {
  /** `beside` is stored in the same step, and only if the delivery changes. */
  change(id: string, make: (held: Delivery) => DeliveryStep, beside?: readonly Delivery[]): Promise<Delivery>;
  /** @throws SwarmError DELIVERY_NOT_SENT, DELIVERY_REROUTED, and as `change` */
  apply(
    id: string,
    what: Omit<DeliveryEvent, 'at'>,
    beside?: readonly Delivery[],
    /** As this process has just stored it; absent: it is read. */
    known?: Known<Delivery> | null,
  ): Promise<Delivery>;
}

export function createChanges({ store, clock, meter, follow, again }: ChangesDeps): Changes {
  const change = async (
    id: string,
    make: (held: Delivery) => DeliveryStep,
    beside: readonly Delivery[] = [],
    known: Known<Delivery> | null = null,
  ) => {
    let first = known;
    const { delivery, effects, reached } = await untilSaved(`delivery ${id}`, async () => {
      const held = first ?? (await store.delivery(id));
      first = null;
      if (held.value === null) throw new SwarmError(domainErrors.deliveryUnknown, `no delivery ${id}`);
      const step = make(held.value);
      if (step.delivery === held.value) return { ...step, reached: false };
      const receiver = await fuelled(store, held.value, step.delivery);
      return (await store.saveDelivery(held, step.delivery, beside, receiver))
        ? { ...step, reached: step.delivery.state !== held.value.state }
        : null;
    });
    if (reached) count(meter, delivery);
    await follow(delivery, effects);
    return delivery;
  };
  return {
    change,
    apply: async (id, what, beside, known) => {
      let isAgain = false;
      const make = (held: Delivery) => {
        refuse(held, what);
        const step = transitionDelivery(held, { ...what, at: clock.now() });
        isAgain = step.delivery === held && held.state === what.state;
        return step;
      };
      const delivery = await change(id, make, beside, known);
      if (isAgain) await again(delivery);
      return delivery;
    },
  };
}

/** @throws SwarmError where an acknowledgement cannot be true, or would take the gas from whoever has it now */
function refuse({ gas: { id }, state, replacedBy }: Delivery, what: Omit<DeliveryEvent, 'at'>): void {
  if (isTooEarly(state, what.state)) {
    throw new SwarmError(domainErrors.deliveryNotSent, `delivery ${id} is only ${state}`);
  }
  // Its receiver's own word counts however late it comes; a person may not know that somebody else has it.
  if (state !== 'rerouted' || !isTaken(what) || !what.detail.startsWith(wordOf)) return;
  const place = replacedBy === null ? 'its first receiver has it' : `${replacedBy} took its place`;
  throw new SwarmError(domainErrors.deliveryRerouted, `delivery ${id} was given to another agent: ${place}`);
}

function count(meter: Meter | undefined, { gas, state }: Delivery): void {
  meter?.count('gas_deliveries_total', { checkpoint: String(gas.checkpoint ?? kindOf(gas)), state });
}
