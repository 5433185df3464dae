// What the person who sent one message to every agent reads: how far it got with how many. Pure; ledger.ts enqueues it.
import { isToBeFetched, stepMarks } from '../contracts/agents.ts';
import type { Report, Step } from '../contracts/chat.ts';
import { type Delivery, isClosed, isTaken } from './delivery.ts';
import type { Asked } from './records.ts';
import { newsOf } from './report.ts';

/**
 * The report of all deliveries of one broadcast as they are now. `seq` is the number of all their steps that are
 * told at once, which only grows, so that the report of the last step is the one that stays.
 */
export function broadcastReport(deliveries: readonly Delivery[], asked: Asked): Report {
  const of = asked.siblings.length;
  const went = (state: Delivery['state']) =>
    deliveries.filter(({ steps }) => steps.some((step) => step.state === state));
  const acknowledged = deliveries.filter(isTaken);
  const rerouted = deliveries.filter(({ state }) => state === 'rerouted');
  const suppressed = deliveries.filter(({ state }) => state === 'suppressed');
  const lost = deliveries.filter(({ state }) => state === 'failed' || state === 'expired');
  const sent = went('sent').length;
  const final = deliveries.length === of && deliveries.every(({ state }) => isClosed(state));
  const waiting = deliveries.filter(isToBeFetched).length;
  const counts = [
    `${sent} of ${of} sent`,
    ...(waiting === 0 ? [] : [`${waiting} to be fetched`]),
    `${acknowledged.length} acknowledged`,
    ...countOf('given to another', rerouted, ({ gas }) => gas.to),
    ...countOf('taken out', suppressed, ({ gas }) => gas.to),
    ...countOf('failed', lost, ({ gas, state }) => `${gas.to} ${state}`),
  ];
  return {
    to: asked.to,
    about: asked.correlationId,
    kind: 'gas',
    subject: `broadcast to ${of}`,
    seq: deliveries.reduce((sum, delivery) => sum + newsOf(delivery), 0),
    final,
    text: `broadcast: ${counts.join(', ')}`,
    steps: stepsOf(deliveries, { of, sent, end: final ? endOf(deliveries) : null }),
  };
}

interface Count {
  readonly of: number;
  readonly sent: number;
  /** Null while anything is owed. */
  readonly end: Step['state'] | null;
}

/** A state is said of the broadcast when it is true of every receiver that can still reach it. */
function stepsOf(deliveries: readonly Delivery[], { of, sent, end }: Count): Step[] {
  const begun = Math.min(...deliveries.map(({ gas }) => gas.createdAt));
  const latest = Math.max(...deliveries.map(({ since }) => since));
  const through = deliveries.filter(
    ({ state, steps }) => isClosed(state) || steps.some((one) => one.state === 'sent'),
  );
  const waiting = deliveries.filter(isToBeFetched);
  const areLaid = waiting.length > 0 && through.length + waiting.length === of;
  return [
    step('queued', begun),
    ...(areLaid
      ? [step('queued', latest, `${stepMarks.waits}${waiting.map(({ gas }) => gas.to).join(', ')}`)]
      : []),
    ...(sent > 0 && through.length === of ? [step('sent', latest)] : []),
    ...(end === null ? [] : [step(end, latest)]),
  ];
}

/** What failed counts before all else; what was given to another or taken out has not. */
function endOf(deliveries: readonly Delivery[]): Step['state'] {
  const states = deliveries.map(({ state }) => state);
  if (states.includes('failed') || states.includes('expired')) return 'failed';
  if (deliveries.some(isTaken)) return 'accepted';
  return states.includes('rerouted') ? 'rerouted' : 'suppressed';
}

function step(state: Step['state'], at: number, detail = ''): Step {
  return { state, at, detail };
}

const named = 5;

/** How many, and the first of them by name; nothing where there are none. */
function countOf(
  what: string,
  deliveries: readonly Delivery[],
  nameOf: (delivery: Delivery) => string,
): string[] {
  if (deliveries.length === 0) return [];
  const names = deliveries.slice(0, named).map(nameOf);
  const more = deliveries.length - names.length;
  const list = [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return [`${deliveries.length} ${what} (${list})`];
}
