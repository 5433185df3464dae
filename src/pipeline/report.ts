// What people in chat read about a delivery: one sentence and the steps so far. Pure; ledger.ts enqueues it.
import type { DeliveryState, DeliveryView } from '../contracts/agents.ts';
import { type Address, actionStateSchema, type Report, type Step } from '../contracts/chat.ts';
import { plainText } from '../core/text.ts';
import { isClosed } from './delivery.ts';

/** The report of a delivery's present state; it replaces every earlier one about the same delivery. */
export function deliveryReport(delivery: DeliveryView, to: Address): Report {
  const { gas, state, steps } = delivery;
  return {
    to,
    about: gas.id,
    kind: 'gas',
    subject: `${plainText(gas.from, 80)} → ${gas.to}`,
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
    ? `the scheduled gas ${plainText(gas.from.replace(/^schedule:/, ''), 60)}`
    : `the ${gas.checkpoint} % gas of ${plainText(gas.from, 80)}`;
  const detail = plainText(steps.at(-1)?.detail ?? '', 200);
  return `${sentences[state](what, gas.to, detail)}${scheduled ? '' : ` (mission ${plainText(gas.mission, 80)})`}`;
}

const sentences: Readonly<Record<DeliveryState, (what: string, to: string, detail: string) => string>> = {
  pending: (what, to) => `${to} is to get ${what}`,
  queued: (what, to) => `${to} is to get ${what}; it is queued`,
  sent: (what, to) => `${to} has ${what} in its inbox and has not accepted it yet`,
  accepted: (what, to) => `${to} accepted ${what}`,
  working: (what, to) => `${to} works on ${what}`,
  failed: (what, to, detail) => `${to} did not get ${what}: ${detail}`,
  expired: (what, to, detail) => `${what} for ${to} has expired: ${detail}`,
};

/** `pending` is our own note and no state that a person sees. */
function toStep(step: DeliveryView['steps'][number]): Step[] {
  const state = actionStateSchema.safeParse(step.state);
  return state.success ? [{ state: state.data, at: step.at, detail: plainText(step.detail, 300) }] : [];
}
