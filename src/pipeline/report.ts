// What people in chat read about a delivery: one sentence and the steps so far. Pure; ledger.ts enqueues it.
import type { DeliveryState, DeliveryView } from '../contracts/agents.ts';
import { type Address, actionStateSchema, type Report, type Step } from '../contracts/chat.ts';
import { isClosed } from './delivery.ts';
import { oneLine } from './text.ts';

/** The report of a delivery's present state; it replaces every earlier one about the same delivery. */
export function deliveryReport(delivery: DeliveryView, to: Address): Report {
  const { gas, state, steps } = delivery;
  return {
    to,
    about: gas.id,
    kind: 'gas',
    subject: `${gas.from} → ${gas.to}`,
    seq: steps.length,
    final: isClosed(state),
    text: deliverySentence(delivery),
    steps: steps.flatMap(toStep),
  };
}

/** One sentence with the truth of now, such as `Agent-2 accepted the 75 % gas of Agent-1 (mission X)`. */
function deliverySentence({ gas, state, steps }: DeliveryView): string {
  const scheduled = gas.checkpoint === null;
  const what = scheduled
    ? `the scheduled gas ${oneLine(gas.from.replace(/^schedule:/, ''), 60)}`
    : `the ${gas.checkpoint} % gas of ${gas.from}`;
  const detail = oneLine(steps.at(-1)?.detail ?? '', 200);
  return `${sentences[state](what, gas.to, detail)}${scheduled ? '' : ` (mission ${oneLine(gas.mission, 80)})`}`;
}

const sentences: Readonly<Record<DeliveryState, (what: string, to: string, detail: string) => string>> = {
  pending: (what, to) => `${to} is to get ${what}`,
  queued: (what, to) => `${to} is to get ${what}; it is queued`,
  sent: (what, to) => `${to} has ${what} in its inbox and has not accepted it yet`,
  accepted: (what, to) => `${to} accepted ${what}`,
  working: (what, to) => `${to} works on ${what}`,
  failed: (what, to, detail) => `${to} did not get ${what}: ${detail}`,
  expired: (what, to) => `${to} did not accept ${what} in time`,
};

/** `pending` is our own note and no state that a person sees. */
function toStep(step: DeliveryView['steps'][number]): Step[] {
  const state = actionStateSchema.safeParse(step.state);
  return state.success ? [{ state: state.data, at: step.at, detail: step.detail }] : [];
}
