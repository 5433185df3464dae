// The machine of one delivery, from decided to acknowledged. Pure; ledger.ts stores it and does the effects.
import {
  type DeliveryState,
  type DeliveryView,
  type Gas,
  holdersOf,
  isToBeFetched,
  stepMarks,
  wordOf,
} from '../contracts/agents.ts';
import { plainText } from '../core/text.ts';
import type { Asked } from './records.ts';

/** So many closed ones are kept; whoever looks back looks through as many. */
export const keptDeliveries = 1_000;

/** A delivery as it is kept. Who asked for it is told of it and shown to nobody else. */
export interface Delivery extends DeliveryView {
  /** Null for what nobody asked for. */
  readonly asked: Asked | null;
  /** How often it was laid down for its receiver; only tells the same gas again, never another. */
  readonly tries: number;
  /** Who else may get it, in order. */
  readonly fallbacks: readonly string[];
  /** Since when a person is wanted, and why; null when nobody is. */
  readonly alert: HumanAlert | null;
  /** The delivery that stands for this one, where it was given to another agent. */
  readonly replacedBy: string | null;
  /** In whose place its receiver gets it; null where it was meant for that. */
  readonly meant: string | null;
  /** The gas that was first in a join where the first is enough, and this one came behind it. */
  readonly behind?: string | undefined;
  /** When it goes if its receiver has not fetched it, ms; absent: after the time that all have. */
  readonly keptUntil?: number | undefined;
}

export interface HumanAlert {
  readonly at: number;
  readonly why: string;
  /** Paused agents, whose gas goes in its place once one of them is resumed; absent: there are none. */
  readonly paused?: readonly string[] | undefined;
}

/** What anybody may see of it. */
export function viewOf({ gas, state, since, steps, heldBy }: Delivery): DeliveryView {
  return { gas, state, since, steps, ...(heldBy && { heldBy }) };
}

/** What happened, named by the state that it claims. */
export interface DeliveryEvent {
  readonly state: Exclude<DeliveryState, 'held'>;
  readonly at: number;
  readonly detail: string;
  /** With `rerouted` alone. */
  readonly replacedBy?: string;
  /** With `queued` alone: it lies where its receiver fetches it. */
  readonly waits?: true;
}

export interface DeliveryStep {
  readonly delivery: Delivery;
  /** `report`: people are told of the new state. `recall`: its receiver took it after all; whoever stands in is not to. */
  readonly effects: readonly ('report' | 'recall')[];
}

/**
 * Which states may follow which. `queued` may be skipped, since a worker can be faster than the note that it was
 * asked. What is laid where its receiver fetches it stays `queued` until that is done. Nothing leads back. An acknowledgement counts however late it comes, also after `failed` and `expired`:
 * it is the receiver's own word. But nobody can have received what was not sent. `failed` does not follow `sent`:
 * by then the gas lies in the inbox. `unknown` is said where nobody can tell whether it does, until somebody looks. What is
 * `held` waits for a person's word, what was not sent may be taken out, and what nobody has acknowledged may be given to
 * another agent, which is another delivery, or given up by a person: what was `sent`, or is `unknown`, only once a person is
 * wanted for it.
 */
export const deliveryTable: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  held: ['pending', 'suppressed', 'rerouted'],
  pending: ['queued', 'sent', 'unknown', 'suppressed', 'failed', 'rerouted', 'expired'],
  queued: ['sent', 'unknown', 'suppressed', 'failed', 'rerouted', 'expired'],
  unknown: ['sent', 'accepted', 'working', 'suppressed', 'failed', 'rerouted', 'expired'],
  sent: ['accepted', 'working', 'suppressed', 'rerouted', 'expired'],
  accepted: ['working'],
  working: [],
  suppressed: [],
  failed: ['accepted', 'working', 'suppressed', 'rerouted'],
  rerouted: ['accepted', 'working'],
  expired: ['accepted', 'working', 'suppressed', 'rerouted'],
};

/** Whether nothing more is owed to this delivery: acknowledged, or given up. */
export function isClosed(state: DeliveryState): boolean {
  return !open.includes(state);
}

/** Whether its receiver has acknowledged it. */
export function isTaken({ state }: Pick<Delivery, 'state'>): boolean {
  return state === 'accepted' || state === 'working';
}

/** Whether it is an acknowledgement that nobody else has said in the receiver's place. */
export function isOwnWord(step: DeliveryView['steps'][number]): boolean {
  return isTaken(step) && !step.detail.startsWith(wordOf);
}

/** Whether `claim` acknowledges a delivery that is still on its way to the inbox. */
export function isTooEarly(state: DeliveryState, claim: DeliveryState): boolean {
  const isUnsent = state === 'held' || state === 'pending' || state === 'queued';
  return isUnsent && (claim === 'accepted' || claim === 'working');
}

/** How a delivery begins: decided and nothing more, held back, or taken out before it began. */
export interface Beginning {
  /** Default `pending`. */
  readonly state?: 'pending' | 'held' | 'suppressed';
  /** Default: nobody asked for it. */
  readonly asked?: Asked;
  /** Default: nobody stands in. */
  readonly fallbacks?: readonly string[];
  /** Default: its receiver. */
  readonly meant?: string;
  /** With `held` alone: whose pauses hold it. Default: that of its sender. */
  readonly heldBy?: readonly string[] | undefined;
  /** As in the delivery. */
  readonly behind?: string | undefined;
  /** As in the delivery. */
  readonly keptUntil?: number | undefined;
}

export function newDelivery(
  gas: Gas,
  detail: string,
  { state = 'pending', asked, fallbacks = [], meant, heldBy, behind, keptUntil }: Beginning = {},
): Delivery {
  const { createdAt: at } = gas;
  return {
    gas,
    asked: asked ?? null,
    state,
    since: at,
    steps: [{ state, at, detail }],
    tries: 0,
    fallbacks,
    alert: null,
    replacedBy: null,
    meant: meant === undefined || meant === gas.to ? null : meant,
    ...(heldBy && { heldBy }),
    ...(behind !== undefined && { behind }),
    ...(keptUntil !== undefined && { keptUntil }),
  };
}

/** Since when it is owed to its receiver, ms: what was held is not owed until it is let go. */
export function owedSince({ gas, steps }: Delivery): number {
  return steps.find(({ state }) => state !== 'held')?.at ?? gas.createdAt;
}

/** An event that does not fit returns the very same delivery and no effect. */
export function transitionDelivery(delivery: Delivery, event: DeliveryEvent): DeliveryStep {
  if (event.waits) return transitionWaiting(delivery, event);
  if (isOwnAfterAnothers(delivery, event)) return transitionOwnWord(delivery, event);
  if (!deliveryTable[delivery.state].includes(event.state)) return { delivery, effects: [] };
  if (event.state === 'suppressed' && !mayBeGivenUp(delivery)) return { delivery, effects: [] };
  const { state, at, detail, replacedBy = delivery.replacedBy } = event;
  const taken = isTaken(event);
  // Each field by name: a spread of which half is overwritten costs ten times as much. Nothing leads to `held`, so nobody holds it.
  const next: Delivery = {
    gas: delivery.gas,
    asked: delivery.asked,
    state,
    since: at,
    steps: [...delivery.steps, { state, at, detail }],
    tries: state === 'sent' ? 1 : delivery.tries,
    fallbacks: delivery.fallbacks,
    // Only that its time is over says nothing new. What turns out to lie there, or not, is owed as any other is then.
    alert: state === 'expired' ? delivery.alert : null,
    replacedBy,
    meant: delivery.meant,
    keptUntil: delivery.keptUntil,
  };
  return { delivery: next, effects: taken && replacedBy !== null ? recalled : reported };
}

/** Whether nobody may get it any more by somebody's word: what may lie in an inbox is the receiver's, until a person is wanted. */
export function mayBeGivenUp({ state, alert }: Pick<Delivery, 'state' | 'alert'>): boolean {
  const mayLie = state === 'sent' || state === 'unknown';
  return deliveryTable[state].includes('suppressed') && (!mayLie || alert !== null);
}

/** Whether its receiver says itself what somebody else has said in its place, and it has not. */
function isOwnAfterAnothers({ state, steps }: Delivery, event: DeliveryEvent): boolean {
  const isSaid = event.state === state || (event.state === 'accepted' && state === 'working');
  if (!isSaid || !isTaken(event) || event.detail.startsWith(wordOf)) return false;
  const said = steps.filter(isTaken);
  const own = said.filter(isOwnWord);
  return (
    said.length > own.length && !own.some((step) => step.state === event.state || step.state === 'working')
  );
}

/** The state stays, since when it has been so too; a step tells whose word it is now. */
function transitionOwnWord(delivery: Delivery, { state, at, detail }: DeliveryEvent): DeliveryStep {
  const steps = [...delivery.steps, { state, at, detail }];
  return { delivery: { ...delivery, steps }, effects: ['report'] };
}

const reported: DeliveryStep['effects'] = ['report'];
const recalled: DeliveryStep['effects'] = ['report', 'recall'];

/** It lies where its receiver fetches it: no more is known than that it waits, and it is not to wait without end. */
function transitionWaiting(delivery: Delivery, { at, detail }: DeliveryEvent): DeliveryStep {
  if (!isOnItsWay(delivery.state) || isToBeFetched(delivery)) return { delivery, effects: [] };
  const step = { state: 'queued', at, detail: `${stepMarks.waits}${detail}` } as const;
  const { steps } = delivery;
  return {
    // It lies there: a person is wanted no more for what nobody could tell, and it is owed as any other is.
    delivery: { ...delivery, state: 'queued', since: at, tries: 1, steps: [...steps, step], alert: null },
    effects: ['report'],
  };
}

/** Whether it lies before its receiver, who has not said that it has it. */
export function isLaid(delivery: Pick<Delivery, 'state' | 'steps'>): boolean {
  return delivery.state === 'sent' || isToBeFetched(delivery);
}

/** It is laid down once more; only what lies in the inbox unanswered can be. */
export function transitionRetry(delivery: Delivery, at: number, detail: string): DeliveryStep {
  if (!isLaid(delivery)) return { delivery, effects: [] };
  const { state, tries, steps } = delivery;
  return {
    delivery: { ...delivery, tries: tries + 1, steps: [...steps, { state, at, detail }] },
    effects: [],
  };
}

/** A try to lay it down, or to do so again, failed. Each reason is kept once for both, since a retry mostly fails by the same. */
export function transitionMissed(delivery: Delivery, at: number, why: string): DeliveryStep {
  const { state, steps } = delivery;
  const detail = `${stepMarks.missed}${plainText(why, 200)}`;
  const isAgain = state === 'sent';
  const missed = steps.filter(
    (step) => step.detail.startsWith(stepMarks.missed) && (step.state === 'sent') === isAgain,
  );
  const isKept = missed.length >= mostMissed || missed.some((step) => step.detail === detail);
  const isTried = isAgain || (isOnItsWay(state) && !isToBeFetched(delivery));
  if (!isTried || isKept) return { delivery, effects: [] };
  return { delivery: { ...delivery, steps: [...steps, { state, at, detail }] }, effects: [] };
}

/** Of those whose pauses hold it, `still` alone go on doing so; a later pause of the others holds nothing that was before it. */
export function transitionHolders(delivery: Delivery, still: readonly string[], at: number): DeliveryStep {
  const { state, steps } = delivery;
  const holders = holdersOf(delivery);
  const kept = holders.filter((agent) => still.includes(agent));
  const gone = holders.filter((agent) => !still.includes(agent));
  if (state !== 'held' || kept.length === 0 || gone.length === 0) return { delivery, effects: [] };
  const detail = `${gone.join(', ')} was resumed, ${kept.join(', ')} not yet`;
  return {
    delivery: { ...delivery, heldBy: kept, steps: [...steps, { state, at, detail }] },
    effects: ['report'],
  };
}

/** It does not go in the place of another now. A sweep finds that again and again: each reason is kept once. */
export function transitionPassedOver(delivery: Delivery, at: number, detail: string): DeliveryStep {
  const { state, steps } = delivery;
  const isKept = steps.some((step) => step.detail === detail);
  if (state !== 'suppressed' || isKept) return { delivery, effects: [] };
  return { delivery: { ...delivery, steps: [...steps, { state, at, detail }] }, effects: [] };
}

/** A person is wanted; only for what nobody has acknowledged, and once, unless it is for other agents to be resumed. */
export function transitionAlert(delivery: Delivery, alert: HumanAlert): DeliveryStep {
  const { state, steps } = delivery;
  const isWanting = isLaid(delivery) || state === 'unknown' || state === 'failed' || state === 'expired';
  const { at, why, paused = [] } = alert;
  const before = delivery.alert;
  const isSame = before !== null && (before.paused ?? []).join() === paused.join();
  if (!isWanting || isSame) return { delivery, effects: [] };
  const next = { at: before?.at ?? at, why: before?.why ?? why, ...(paused.length > 0 && { paused }) };
  if (before !== null && paused.length === 0) return { delivery: { ...delivery, alert: next }, effects: [] };
  const ways = paused.map((agent) => `; \`gas resume ${agent}\` lets that of ${agent} go in its place`);
  const detail = `${stepMarks.wanted}${why}${ways.join('')}`;
  return {
    delivery: { ...delivery, alert: next, steps: [...steps, { state, at, detail }] },
    effects: ['report'],
  };
}

function isOnItsWay(state: DeliveryState): boolean {
  return state === 'pending' || state === 'queued' || state === 'unknown';
}

/** Reasons that hold a number of their own are not the same; so many of them tell enough. */
const mostMissed = 10;

const open: readonly DeliveryState[] = ['held', 'pending', 'queued', 'sent', 'unknown'];
