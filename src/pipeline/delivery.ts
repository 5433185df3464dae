// The machine of one delivery, from decided to acknowledged. Pure; ledger.ts stores it and does the effects.
import type { DeliveryState, DeliveryView, Gas } from '../contracts/agents.ts';
import type { Asked } from './records.ts';

/** A delivery as it is kept. Who asked for it is told of it and shown to nobody else. */
export interface Delivery extends DeliveryView {
  /** Null for what nobody asked for. */
  readonly asked: Asked | null;
}

/** What anybody may see of it. */
export function viewOf({ gas, state, since, steps }: Delivery): DeliveryView {
  return { gas, state, since, steps };
}

/** What happened, named by the state that it claims. */
export interface DeliveryEvent {
  readonly state: Exclude<DeliveryState, 'held'>;
  readonly at: number;
  readonly detail: string;
}

export interface DeliveryStep {
  readonly delivery: Delivery;
  /** `report`: people are told of the new state. */
  readonly effects: readonly 'report'[];
}

/**
 * Which states may follow which. `queued` may be skipped, since a worker can be faster than the note that it was
 * asked. Nothing leads back. An acknowledgement counts however late it comes, also after `failed` and `expired`:
 * it is the receiver's own word. But nobody can have received what was not sent. `failed` does not follow `sent`:
 * by then the gas lies in the inbox. `unknown` is said where nobody can tell whether it does, and ends as `sent` does or
 * once somebody looks. A person's word comes between: what is `held` waits for it, what was not sent may be taken out, and what nobody has
 * acknowledged may be given to another agent, which is another delivery.
 */
export const deliveryTable: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  held: ['pending', 'suppressed', 'rerouted'],
  pending: ['queued', 'sent', 'unknown', 'suppressed', 'failed', 'rerouted', 'expired'],
  queued: ['sent', 'unknown', 'suppressed', 'failed', 'rerouted', 'expired'],
  unknown: ['sent', 'accepted', 'working', 'failed', 'rerouted', 'expired'],
  sent: ['accepted', 'working', 'rerouted', 'expired'],
  accepted: ['working'],
  working: [],
  suppressed: [],
  failed: ['accepted', 'working', 'rerouted'],
  rerouted: ['accepted', 'working'],
  expired: ['accepted', 'working', 'rerouted'],
};

/** Whether nothing more is owed to this delivery: acknowledged, or given up. */
export function isClosed(state: DeliveryState): boolean {
  return !open.includes(state);
}

/** Whether `claim` acknowledges a delivery that is still on its way to the inbox. */
export function isTooEarly(state: DeliveryState, claim: DeliveryState): boolean {
  const isOnItsWay = state === 'held' || state === 'pending' || state === 'queued';
  return isOnItsWay && (claim === 'accepted' || claim === 'working');
}

/** How a delivery begins: decided and nothing more, held back, or taken out before it began. */
export interface Beginning {
  /** Default `pending`. */
  readonly state?: 'pending' | 'held' | 'suppressed';
  /** Default: nobody asked for it. */
  readonly asked?: Asked;
}

export function newDelivery(
  gas: Gas,
  detail: string,
  { state = 'pending', asked }: Beginning = {},
): Delivery {
  const { createdAt: at } = gas;
  return { gas, asked: asked ?? null, state, since: at, steps: [{ state, at, detail }] };
}

/** Since when it is owed to its receiver, ms: what was held is not owed until it is let go. */
export function owedSince({ gas, steps }: Delivery): number {
  return steps.find(({ state }) => state !== 'held')?.at ?? gas.createdAt;
}

/** An event that does not fit returns the very same delivery and no effect. */
export function transitionDelivery(delivery: Delivery, event: DeliveryEvent): DeliveryStep {
  if (!deliveryTable[delivery.state].includes(event.state)) return { delivery, effects: [] };
  const { state, at, detail } = event;
  const steps = [...delivery.steps, { state, at, detail }];
  return { delivery: { ...delivery, state, since: at, steps }, effects: ['report'] };
}

const open: readonly DeliveryState[] = ['held', 'pending', 'queued', 'sent', 'unknown'];
