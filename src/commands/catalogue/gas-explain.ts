// `gas explain <delivery>`: why this gas went to whom, when, and by which evidence. All of it from the record.
import {
  type DeliveryView,
  detailOf,
  type GasPart,
  holdersOf,
  isToBeFetched,
  stepMarks,
  wordOf,
} from '../../contracts/agents.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import { plainText } from '../../core/text.ts';
import { utcTime } from '../../core/utc.ts';
import { formatAge } from '../render.ts';
import type { Question } from '../spec.ts';
import { allKept, deliveryArg, findDelivery, shortDeliveryId } from './find-delivery.ts';
import { deliveryTones } from './gas.ts';

const offered = 50;

export const gasExplain: Question = {
  kind: 'question',
  name: 'gas explain',
  description: 'Why a gas went to whom, when, and by which evidence',
  args: [deliveryArg(() => true, offered)],
  example: 'gas explain x1a2b3c4',
  answer: async ({ args }, ports) => {
    const { deliveries } = await ports.agents.deliveries(allKept);
    const found = findDelivery(args['delivery'] ?? '', deliveries);
    if (typeof found === 'string') {
      return { title: `Unknown: ${found}`, tone: 'warn', rows: [], data: { delivery: null } };
    }
    return explained(found, { deliveries, now: ports.clock.now() });
  },
};

interface Record {
  readonly deliveries: readonly DeliveryView[];
  readonly now: number;
}

function explained(view: DeliveryView, record: Record): Answer {
  const { gas, state, since, steps } = view;
  const before = stoodFor(view, record);
  const after = record.deliveries.find(({ gas: { replaces } }) => replaces === gas.id) ?? null;
  const mission = record.deliveries.filter((other) => isOfSameMission(view, other));
  const ageOf = (at: number) => record.now - at;
  const beganAt = eventAt(view, record);
  return {
    title: `${whatOf(view)} for ${gas.to}: ${state}`,
    tone: deliveryTones[state],
    rows: [
      row('why', whyOf(view), beganAt === null ? null : ageOf(beganAt)),
      ...(gas.parts ?? []).map((part) => row('joined', partOf(part), null)),
      ...steps.map((step, at) => stepRow(step, { isFirst: at === 0, now: record.now })),
      ...(before === null
        ? missing(gas.replaces)
        : [row('stands for', relative(before), ageOf(before.since))]),
      ...(after === null ? [] : [row('stood in by', relative(after), ageOf(after.since))]),
      ...mission.map((other) => row('same mission', relative(other), ageOf(other.since))),
    ],
    note: `Id ${gas.id}. ${sendings(view)}${standing(view, ageOf(since), inFront(view, record))}`,
    data: { delivery: view, replaces: before, replacedBy: after, mission },
  };
}

function stoodFor({ gas }: DeliveryView, { deliveries }: Record): DeliveryView | null {
  return deliveries.find(({ gas: { id } }) => id === gas.replaces) ?? null;
}

/** When what it comes of happened, ms; of one that stands for others it is that of the first. Null: that is kept no more. */
function eventAt(view: DeliveryView, record: Record): number | null {
  if (view.gas.crossedAt !== undefined) return view.gas.crossedAt;
  if (view.gas.replaces === undefined) return view.gas.createdAt;
  const before = stoodFor(view, record);
  return before === null ? null : eventAt(before, record);
}

/** Of what it is, without for whom. */
function whatOf({ gas }: DeliveryView): string {
  const from = plainText(gas.from, 80);
  if (gas.checkpoint !== null) return `The ${gas.checkpoint} % gas of ${from}`;
  const [kind, name = ''] = from.split(/:(.*)/s);
  return kind === 'person' ? `The message of ${name}` : `The scheduled gas ${name}`;
}

/** The event that it comes of. */
function whyOf({ gas }: DeliveryView): string {
  const { from, checkpoint, percent, crossedFrom, crossedAt, epoch } = gas;
  const mission = missionOf(gas.mission, epoch);
  if (checkpoint === null) {
    return from.startsWith('person:') ? 'a person wrote it' : 'its time had come by the clock';
  }
  const sender = plainText(from, 80);
  if (crossedFrom === undefined) {
    // It may have crossed the checkpoint too, where a person took out what waited in a join.
    const at = percent === null ? `${sender} told no progress` : `${sender} was at ${percent} %`;
    return `by a person's word, when ${at} (${mission})`;
  }
  const start = crossedFrom === null ? 'nothing known' : `${crossedFrom} %`;
  const waited = crossedAt === null ? '; it waited for others, and since when is not kept' : '';
  return `${sender} crossed ${checkpoint} %: from ${start} to ${percent} % (${mission})${waited}`;
}

function missionOf(mission: string, epoch: number): string {
  return `mission ${plainText(mission, 80)}, its ${ordinal(epoch)}`;
}

/** What another agent of the join had handed over before. */
function partOf({ agent, inPlaceOf, mission, epoch, percent, sentAheadBy }: GasPart): string {
  const who = `${plainText(agent, 80)}${inPlaceOf === undefined ? '' : ` in the place of ${inPlaceOf}`}`;
  if (mission === null) return `${who}, its ${ordinal(epoch)} mission; what it told was not kept`;
  const at = percent === null ? 'its progress unknown' : `at ${percent} %`;
  const ahead = sentAheadBy === undefined ? '' : `, sent ahead by ${plainText(sentAheadBy, 80)}`;
  return `${who}, ${at} (${missionOf(mission, epoch)})${ahead}`;
}

type Step = DeliveryView['steps'][number];

function stepRow(step: Step, { isFirst, now }: { readonly isFirst: boolean; readonly now: number }) {
  const detail = plainText(step.detail, 300);
  const label = isFirst && step.state === 'pending' ? 'decided' : step.state;
  const time = utcTime(step.at, now, 'ms');
  return row(label, detail === '' ? time : `${time} ${detail}`, now - step.at, deliveryTones[step.state]);
}

function relative(view: DeliveryView): string {
  const { gas, state } = view;
  const why = plainText(detailOf(view), 120);
  const what = gas.checkpoint === null ? '' : `${gas.checkpoint} % `;
  const id = gas.id.slice(0, shortDeliveryId);
  return `${what}to ${gas.to}, ${state}${why === '' ? '' : `: ${why}`} (${id})`;
}

/** What it stood for is kept no longer. */
function missing(replaces: string | undefined): AnswerRow[] {
  if (replaces === undefined) return [];
  return [row('stands for', `${plainText(replaces, 40)}, which is kept no longer`, null, 'warn')];
}

function isOfSameMission({ gas }: DeliveryView, { gas: other }: DeliveryView): boolean {
  if (gas.checkpoint === null || other.checkpoint === null || gas.id === other.id) return false;
  const isRelated = other.id === gas.replaces || other.replaces === gas.id;
  return !isRelated && other.from === gas.from && other.epoch === gas.epoch && other.mission === gas.mission;
}

/** How often it was to be laid down again; what came of that the steps say. */
function sendings({ steps }: DeliveryView): string {
  const again = steps.filter(({ detail }) => detail.startsWith(stepMarks.again)).length;
  return again === 0 ? '' : `${again} more ${again === 1 ? 'try' : 'tries'} came due. `;
}

/** What is still to come. */
function standing(view: DeliveryView, ageMs: number, before: DeliveryView | null): string {
  const { state, gas, steps } = view;
  if (isToBeFetched(view)) return `It waits until ${gas.to} fetches it, for ${formatAge(ageMs)} so far.`;
  switch (state) {
    case 'held':
      return `It waits for ${holdersOf(view)
        .map((agent) => `\`gas resume ${agent}\``)
        .join(' and ')}.`;
    case 'pending':
    case 'queued':
      return steps.some(({ detail }) => detail.startsWith(stepMarks.missed))
        ? 'It could not be laid down yet, as its steps say; it is tried again.'
        : onItsWay(before);
    case 'sent':
      return `${gas.to} has not said for ${formatAge(ageMs)} that it has it.`;
    case 'unknown':
      return `Nobody can tell whether ${gas.to} has it; it is laid down once more soon.`;
    case 'accepted':
    case 'working':
      return `${gas.to} has it${saidBy(detailOf({ state, steps }))}.`;
    case 'suppressed':
      return 'Nobody gets it.';
    case 'rerouted':
      return `${gas.to} was not to have it any more.`;
    case 'failed':
    case 'expired':
      return `\`gas reassign ${gas.id.slice(0, shortDeliveryId)} AGENT\` gives it to another agent.`;
  }
}

/** The oldest that its receiver is to get before it, if any: gas of one receiver goes one after another. */
function inFront({ gas }: DeliveryView, { deliveries }: Record): DeliveryView | null {
  const older = deliveries.filter(
    (one) => one.gas.to === gas.to && one.gas.createdAt < gas.createdAt && isTried(one),
  );
  return older.reduce<DeliveryView | null>(
    (first, one) => (first !== null && first.gas.createdAt <= one.gas.createdAt ? first : one),
    null,
  );
}

function isTried(view: DeliveryView): boolean {
  return view.state === 'unknown' || (view.state === 'queued' && !isToBeFetched(view));
}

function onItsWay(before: DeliveryView | null): string {
  if (before === null) return 'It is on its way to the inbox.';
  const id = before.gas.id.slice(0, shortDeliveryId);
  return before.state === 'queued'
    ? `It waits behind ${id} for the same receiver, which is not laid down yet.`
    : `It may wait behind ${id} for the same receiver, which is unknown and may be tried before it.`;
}

/** Whose word it is, where it is not the receiver's own. */
function saidBy(detail: string): string {
  return detail.startsWith(wordOf) ? `, ${plainText(detail, 80)}` : '';
}

function row(label: string, value: string, ageMs: number | null, tone: Tone = 'info'): AnswerRow {
  return { label, value, ageMs, tone };
}

/** 1st, 2nd, 3rd, 4th, 11th. */
function ordinal(number: number): string {
  const suffix =
    number % 100 >= 11 && number % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${suffix}`;
}
