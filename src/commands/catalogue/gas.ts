// `gas status [agent]`: the latest deliveries and how far each really got.

import {
  type DeliveryList,
  type DeliveryView,
  detailOf,
  isToBeFetched,
  stepMarks,
  wordOf,
} from '../../contracts/agents.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import { plainText } from '../../core/text.ts';
import { nearest } from '../parse.ts';
import { counted } from '../render.ts';
import type { CommandPorts, Question } from '../spec.ts';
import { allKept, shortDeliveryId } from './find-delivery.ts';

const shown = 10;
/** So many are given as data, the newest. */
const given = 200;
/** Where no more than these are kept, none was forgotten. */
const surelyKept = 1_000;

export const gas: Question = {
  kind: 'question',
  name: 'gas status',
  aliases: ['gas'],
  description: 'The latest gas deliveries, of all or of one agent',
  args: [{ name: 'agent', description: 'Only gas from or to this agent', required: false }],
  example: 'gas status Agent-2',
  answer: async ({ args }, ports) => {
    const now = ports.clock.now();
    const wanted = args['agent'];
    const all = await ports.agents.deliveries(allKept);
    const mine = all.deliveries.filter(({ gas: letter }) => wanted === undefined || concerns(letter, wanted));
    if (mine.length === 0 && wanted !== undefined) return nothingOf(wanted, all, ports);
    const newest = mine.slice(0, given);
    const about = wanted === undefined ? '' : ` of ${plainText(wanted, 64)}`;
    const open = mine.filter(({ state }) => isUnanswered(state)).length;
    return {
      title:
        mine.length === 0
          ? 'No gas deliveries yet'
          : `${counted(mine.length, 'gas delivery')}${about}, ${open} not acknowledged`,
      tone: all.unreadable > 0 || newest.some(({ state }) => deliveryTones[state] === 'bad') ? 'warn' : 'ok',
      rows: mine.slice(0, shown).map((view) => deliveryRow(view, now)),
      ...noted(mine.length > shown ? `The newest ${shown} of ${mine.length}.` : '', unreadableNote(all)),
      data: {
        deliveries: newest,
        total: mine.length,
        unacknowledged: open,
        unreadable: all.unreadable,
      },
    };
  },
};

/** Whether the receiver has said that it has it. */
export function isAcknowledged(state: DeliveryView['state']): boolean {
  return state === 'accepted' || state === 'working';
}

/** Whether its receiver owes an acknowledgement, or never gave one; what a person took from it is not owed. */
export function isUnanswered(state: DeliveryView['state']): boolean {
  return !isAcknowledged(state) && state !== 'suppressed' && state !== 'rerouted';
}

/** Whether nobody has acknowledged it so far, and somebody still may. */
export function isOpen(state: DeliveryView['state']): boolean {
  return (
    state === 'held' || state === 'pending' || state === 'queued' || state === 'sent' || state === 'unknown'
  );
}

async function nothingOf(wanted: string, looked: DeliveryList, ports: CommandPorts): Promise<Answer> {
  const known = (await ports.agents.agents()).map(({ agent }) => agent);
  const name = plainText(wanted, 64);
  const guess = nearest(wanted, known);
  const data = { deliveries: [], total: 0, unacknowledged: 0, unreadable: looked.unreadable };
  if (!known.some((agent) => agent.toLowerCase() === wanted.toLowerCase())) {
    const note = guess === null ? '`agents` lists them.' : `Did you mean ${guess}?`;
    return { title: `Unknown: no agent is called ${name}`, tone: 'warn', rows: [], note, data };
  }
  const all = looked.deliveries.length + looked.unreadable < surelyKept;
  const title = `No gas deliveries of ${name} ${all ? 'yet' : 'among those that are kept'}`;
  return {
    title,
    tone: looked.unreadable > 0 ? 'warn' : 'ok',
    rows: [],
    ...noted(unreadableNote(looked)),
    data,
  };
}

/** A note of those sentences that say something. */
function noted(...sentences: readonly string[]): Pick<Answer, 'note'> {
  const note = sentences.filter((sentence) => sentence !== '').join(' ');
  return note === '' ? {} : { note };
}

function unreadableNote({ unreadable }: DeliveryList): string {
  return unreadable === 0 ? '' : `${counted(unreadable, 'record')} cannot be read.`;
}

function concerns({ from, to }: DeliveryView['gas'], agent: string): boolean {
  return [from, to].some((end) => end.toLowerCase() === agent.toLowerCase());
}

/** What each state is worth. */
export const deliveryTones: Readonly<Record<DeliveryView['state'], Tone>> = {
  held: 'warn',
  pending: 'info',
  queued: 'info',
  sent: 'info',
  unknown: 'bad',
  accepted: 'ok',
  working: 'ok',
  suppressed: 'info',
  failed: 'bad',
  rerouted: 'info',
  expired: 'bad',
};

/** States that say little without their reason. */
const tellsWhy: readonly DeliveryView['state'][] = [
  ...(['held', 'unknown', 'suppressed', 'failed', 'rerouted', 'expired'] as const),
];

export function deliveryRow(view: DeliveryView, now: number): AnswerRow {
  const { gas: letter, state } = view;
  const [kind, name] = letter.checkpoint === null ? letter.from.split(/:(.*)/s) : [];
  const what = name === undefined ? `${letter.checkpoint} %` : kind === 'person' ? 'message' : 'scheduled';
  const detail = plainText(whyOf(view), 80);
  const acknowledged = state === 'sent' ? 'sent, not acknowledged' : state;
  const far = isToBeFetched(view) ? 'queued, waits to be fetched' : acknowledged;
  const id = isOpen(state) ? `, id ${letter.id.slice(0, shortDeliveryId)}` : '';
  return {
    label: `${kind === 'person' ? name : letter.from} → ${letter.to}, ${what}`,
    value: `${far}${detail === '' ? '' : `: ${detail}`}${id}`,
    ageMs: now - view.since,
    tone: deliveryTones[view.state],
  };
}

function whyOf(view: DeliveryView): string {
  const { state, steps } = view;
  const last = detailOf(view);
  if (tellsWhy.includes(state)) return last;
  if (isAcknowledged(state)) return last.startsWith(wordOf) ? last : '';
  // On its way for longer than anybody would expect.
  const isOnItsWay = state === 'pending' || state === 'queued';
  const missed = steps.findLast(({ detail }) => detail.startsWith(stepMarks.missed));
  return isOnItsWay ? (missed?.detail ?? '') : '';
}
