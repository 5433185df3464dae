// What the person who sent one message to every agent reads: how far it got with how many. Pure; ledger.ts enqueues it.
import { isToBeFetched, stepMarks } from '../contracts/agents.ts';
import type { Report, Step } from '../contracts/chat.ts';
import { type Delivery, isClosed } from './delivery.ts';
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
  const acknowledged = deliveries.filter(({ state }) => state === 'accepted' || state === 'working');
  const lost = deliveries.filter((delivery) => isClosed(delivery.state) && !acknowledged.includes(delivery));
  const sent = went('sent').length;
  const final = deliveries.length === of && acknowledged.length + lost.length === of;
  const waiting = deliveries.filter(isToBeFetched).length;
  const counts = [
    `${sent} of ${of} sent`,
    ...(waiting === 0 ? [] : [`${waiting} to be fetched`]),
    `${acknowledged.length} acknowledged`,
    ...(lost.length === 0 ? [] : [`${lost.length} failed (${namesOf(lost)})`]),
  ];
  return {
    to: asked.to,
    about: asked.correlationId,
    kind: 'gas',
    subject: `broadcast to ${of}`,
    seq: deliveries.reduce((sum, delivery) => sum + newsOf(delivery), 0),
    final,
    text: `broadcast: ${counts.join(', ')}`,
    steps: stepsOf(deliveries, { of, sent, ended: final, lost: lost.length }),
  };
}

interface Count {
  readonly of: number;
  readonly sent: number;
  readonly lost: number;
  readonly ended: boolean;
}

/** A state is said of the broadcast when it is true of every receiver that can still reach it. */
function stepsOf(deliveries: readonly Delivery[], { of, sent, lost, ended }: Count): Step[] {
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
    ...(ended ? [step(lost === 0 ? 'accepted' : 'failed', latest)] : []),
  ];
}

function step(state: Step['state'], at: number, detail = ''): Step {
  return { state, at, detail };
}

const named = 5;

function namesOf(deliveries: readonly Delivery[]): string {
  const names = deliveries.slice(0, named).map(({ gas, state }) => `${gas.to} ${state}`);
  const more = deliveries.length - names.length;
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
