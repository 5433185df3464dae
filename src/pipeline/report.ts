// What people in chat read about a delivery: one sentence and the steps so far. Pure; ledger.ts enqueues it.
import {
  byGetAnswer,
  type DeliveryState,
  detailOf,
  type Gas,
  isOfTry,
  isToBeFetched,
  wordOf,
} from '../contracts/agents.ts';
import { type Address, actionStateSchema, type Report, type Step } from '../contracts/chat.ts';
import { plainText } from '../core/text.ts';
import { type Delivery, isClosed } from './delivery.ts';
import { kindOf } from './gas.ts';

/** The report of a delivery's present state; it replaces every earlier one about the same delivery. */
export function deliveryReport(delivery: Delivery, to: Address): Report {
  const { gas, state, steps } = delivery;
  return {
    to,
    about: gas.id,
    kind: 'gas',
    subject: `${senderOf(gas)} → ${gas.to}`,
    seq: newsOf(delivery),
    final: isClosed(state),
    text: deliverySentence(delivery),
    steps: steps.flatMap(toStep),
  };
}

/**
 * The number of its last step that people are told of at once. That it was tried again, or why a try failed, is told with what
 * comes next: told again before that, the state is still the same report.
 */
export function newsOf({ steps }: Pick<Delivery, 'steps'>): number {
  return 1 + steps.findLastIndex((step, at) => !isAside(step, steps[at - 1]));
}

type OneStep = Delivery['steps'][number];

function isAside(step: OneStep, before: OneStep | undefined): boolean {
  return step.state === before?.state && isOfTry(step);
}

/** One sentence with the truth of now, such as `Agent-2 accepted the 75 % gas of Agent-1 (mission X)`. */
function deliverySentence(delivery: Delivery): string {
  const { gas, state } = delivery;
  const detail = plainText(detailOf(delivery), 200);
  const mission = gas.checkpoint === null ? '' : ` (mission ${plainText(gas.mission, 80)})`;
  const said = isToBeFetched(delivery) ? toBeFetched : sentences[state];
  return `${said(whatOf(gas), gas.to, detail)}${mission}`;
}

function whatOf(gas: Gas): string {
  switch (kindOf(gas)) {
    case 'checkpoint':
      return `the ${gas.checkpoint} % gas of ${senderOf(gas)}`;
    case 'scheduled':
      return `the scheduled gas ${senderOf(gas)}`;
    case 'person':
      return `the ${gas.answers === undefined ? 'message' : 'answer'} of ${senderOf(gas)}`;
  }
}

/** Without the word that tells what kind of sender it is. */
function senderOf({ from, checkpoint }: Gas): string {
  return plainText(checkpoint === null ? from.replace(/^(schedule|person):/, '') : from, 80);
}

const sentences: Readonly<Record<DeliveryState, (what: string, to: string, detail: string) => string>> = {
  held: (what, to, detail) => `${to} does not get ${what} yet: ${detail}`,
  pending: (what, to) => `${to} is to get ${what}`,
  queued: (what, to) => `${to} is to get ${what}; it is queued`,
  sent: (what, to, detail) =>
    isFetched(detail)
      ? fetched(what, to, detail)
      : `${to} has ${what} in its inbox and has not accepted it yet`,
  unknown: (what, to, detail) => `nobody can tell whether ${to} got ${what}: ${detail}`,
  accepted: (what, to, detail) =>
    isFetched(detail) ? fetched(what, to, detail) : `${to} accepted ${what}${saidBy(detail)}`,
  working: (what, to, detail) => `${to} works on ${what}${saidBy(detail)}`,
  suppressed: (what, to, detail) => `${to} does not get ${what}: ${detail}`,
  failed: (what, to, detail) => `${to} did not get ${what}: ${detail}`,
  rerouted: (what, to, detail) => `${what} is no longer for ${to}: ${detail}`,
  expired: (what, to, detail) => `${what} for ${to} has expired: ${detail}`,
};

/** Whose word it is, where it is not the receiver's own. */
function saidBy(detail: string): string {
  return detail.startsWith(wordOf) ? `, ${detail}` : '';
}

/** Whether it is an answer that nothing brought to its agent. */
function isFetched(detail: string): boolean {
  return detail.endsWith(byGetAnswer);
}

function fetched(what: string, to: string, detail: string): string {
  return detail.startsWith(wordOf) ? `${what} for ${to} was taken ${detail}` : `${to} has fetched ${what}`;
}

function toBeFetched(what: string, to: string): string {
  return `${what} waits until ${to} fetches it`;
}

/** `pending` is our own note and no state that a person sees; but what was held waits no more then. */
function toStep(step: OneStep, at: number, steps: readonly OneStep[]): Step[] {
  const isLetGo = step.state === 'pending' && steps[at - 1]?.state === 'held';
  // The note that it is queued says the same once more.
  const isSaid = isLetGo && steps[at + 1]?.state === 'queued';
  const state = actionStateSchema.safeParse(isLetGo ? 'queued' : step.state);
  if (isSaid || !state.success) return [];
  return [{ state: state.data, at: step.at, detail: plainText(step.detail, 300) }];
}
