// The machine of one delivery, from decided to acknowledged. Pure; ledger.ts stores it and does the effects.
import type { DeliveryState, DeliveryView, Gas } from '../contracts/agents.ts';

/** What happened, named by the state that it claims. */
export interface DeliveryEvent {
  readonly state: Exclude<DeliveryState, 'pending'>;
  readonly at: number;
  readonly detail: string;
}

export interface DeliveryStep {
  readonly delivery: DeliveryView;
  /** `report`: people are told of the new state. */
  readonly effects: readonly 'report'[];
}

/**
 * Which states may follow which. `queued` may be skipped, since a worker can be faster than the note that it was
 * asked. Nothing leads back. An acknowledgement counts however late it comes, also after `failed` and `expired`:
 * it is the receiver's own word. But nobody can have received what was not sent. `failed` does not follow `sent`:
 * by then the gas lies in the inbox.
 */
export const deliveryTable: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  pending: ['queued', 'sent', 'failed', 'expired'],
  queued: ['sent', 'failed', 'expired'],
  sent: ['accepted', 'working', 'expired'],
  accepted: ['working'],
  working: [],
  failed: ['accepted', 'working'],
  expired: ['accepted', 'working'],
};

/** Whether nothing more is owed to this delivery: acknowledged, or given up. */
export function isClosed(state: DeliveryState): boolean {
  return state !== 'pending' && state !== 'queued' && state !== 'sent';
}

/** Whether `claim` acknowledges a delivery that is still on its way to the inbox. */
export function isTooEarly(state: DeliveryState, claim: DeliveryState): boolean {
  return (state === 'pending' || state === 'queued') && (claim === 'accepted' || claim === 'working');
}

/** A delivery that was decided and nothing more. */
export function newDelivery(gas: Gas, detail: string): DeliveryView {
  const { createdAt: at } = gas;
  return { gas, state: 'pending', since: at, steps: [{ state: 'pending', at, detail }] };
}

/** An event that does not fit returns the very same delivery and no effect. */
export function transitionDelivery(delivery: DeliveryView, event: DeliveryEvent): DeliveryStep {
  if (!deliveryTable[delivery.state].includes(event.state)) return { delivery, effects: [] };
  const { state, at, detail } = event;
  const steps = [...delivery.steps, { state, at, detail }];
  return { delivery: { gas: delivery.gas, state, since: at, steps }, effects: ['report'] };
}
