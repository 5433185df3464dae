// `agent <id>`: everything known of one agent, each figure with where it comes from and how old it is.
import { type AgentView, type DeliveryView, isToBeFetched, type JoinWait } from '../../contracts/agents.ts';
import type { Answer, AnswerRow } from '../../contracts/chat.ts';
import { signText, trustOf } from '../../contracts/watch.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { Question } from '../spec.ts';
import { agentArg, objectionTo } from './agent-names.ts';
import { agentRow } from './agents.ts';
import { allKept } from './find-delivery.ts';
import { deliveryRow, isOpen } from './gas.ts';

const shown = 8;

export const agent: Question = {
  kind: 'question',
  name: 'agent',
  description: 'One agent: mission, progress, inbox, and the gas to and from it',
  args: [agentArg('Which')],
  example: 'agent Agent-2',
  answer: async ({ args }, ports) => {
    const name = args['agent'] ?? '';
    const now = ports.clock.now();
    const views = await ports.agents.agents();
    const view = views.find((one) => one.agent.toLowerCase() === name.toLowerCase());
    if (!view) return unknown(name, (await objectionTo(name, ports)) ?? '');
    const { deliveries, unreadable } = await ports.agents.deliveries(allKept);
    const open = deliveries.filter(
      ({ gas, state }) => isOpen(state) && (gas.to === view.agent || gas.from === view.agent),
    );
    const rows = [
      { ...agentRow(view, now), label: 'progress' },
      evidenceRow(view, now),
      ...signRows(view, now),
      inboxRow(view, open, now),
      handoverRow(view, now),
      ...view.waits.map(joinRow),
      ...open.slice(0, shown).map((delivery) => deliveryRow(delivery, now)),
    ];
    const notes = [
      ...(open.length > shown ? [`The newest ${shown} of ${counted(open.length, 'open delivery')}.`] : []),
      ...(unreadable > 0 ? [`${counted(unreadable, 'record')} cannot be read.`] : []),
    ];
    return {
      title: `Agent ${view.agent}`,
      tone: unreadable > 0 || rows.some(({ tone }) => tone !== 'ok' && tone !== 'info') ? 'warn' : 'ok',
      rows,
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
      data: { agent: view, open, unreadable },
    };
  },
};

function unknown(name: string, why: string): Answer {
  const title = `Unknown: no agent is called ${plainText(name, 64)}`;
  return { title, tone: 'warn', rows: [], note: why, data: {} };
}

function evidenceRow({ seenAt, word, epoch, problem, isUnreadable }: AgentView, now: number): AnswerRow {
  const label = 'evidence';
  if (seenAt === null) {
    const value = isUnreadable
      ? 'unknown: its record in Redis cannot be read'
      : 'none: it never told a valid status';
    return { label, value, ageMs: null, tone: 'warn' };
  }
  const whose = word === undefined ? 'what it told of itself' : `what was told of it ${word}`;
  const value = `${whose}, mission number ${epoch}${problem === null ? '' : '; the newest version cannot be used'}`;
  return { label, value, ageMs: now - seenAt, tone: problem === null ? 'ok' : 'warn' };
}

// Which of them counts for how much is the difference between an agent at work and a file that is written by the clock.
function signRows({ watch }: AgentView, now: number): AnswerRow[] {
  const { signs, tier } = watch;
  const rows = signs.map(
    (sign): AnswerRow => ({
      label: 'sign',
      value: `${signText(sign)}: ${trustOf[sign.source] === 'work' ? 'proof of work' : 'sign of life'}`,
      ageMs: now - sign.at,
      tone: 'info',
    }),
  );
  if (tier === 'none') return rows;
  const nudge = watch.nudge === undefined ? '' : `; ${watch.nudge}`;
  const value = `${steps[tier]}${nudge}${givenAway(watch)}`;
  return [...rows, { label: 'silence', value, ageMs: null, tone: 'warn' }];
}

function givenAway({ offered = 0, given = 0, tier }: AgentView['watch']): string {
  const of = 'of its unaccepted gas';
  if (given > 0) return `; ${counted(given, 'piece')} ${of} went to others`;
  if (offered > 0) return `; ${counted(offered, 'piece')} ${of} can go to others, see \`alerts\``;
  return tier === 'reassign' ? `; none ${of} is offered to another` : '';
}

const steps = {
  warn: 'said as an alert',
  nudge: 'said as an alert',
  reassign: 'others may take its gas',
  human: 'a person is needed',
} as const;

// Its own inbox is what it has been told and not said that it has.
function inboxRow(view: AgentView, open: readonly DeliveryView[], now: number): AnswerRow {
  const own = open.filter(({ gas }) => gas.to === view.agent);
  const lying = own.filter(({ state }) => state === 'sent');
  const waiting = own.filter(isToBeFetched);
  const coming = own.length - lying.length - waiting.length;
  const oldest = Math.min(...[...lying, ...waiting].map(({ since }) => since));
  const unfetched = waiting.length === 0 ? '' : `, ${waiting.length} not fetched`;
  return {
    label: 'inbox',
    value: `${lying.length} not accepted${unfetched}, ${coming} on the way`,
    ageMs: Number.isFinite(oldest) ? now - oldest : null,
    tone: 'ok',
  };
}

function handoverRow(view: AgentView, now: number): AnswerRow {
  const { receivers, nextCheckpoint, paused } = view;
  const label = 'hands over';
  const way = receivers.length === 0 ? 'to nobody' : `to ${listed(receivers)}`;
  if (paused !== null) {
    const value = `${way}; paused by ${paused.by}, so what it reaches is held`;
    return { label, value, ageMs: now - paused.at, tone: 'warn' };
  }
  if (receivers.length === 0) return { label, value: way, ageMs: null, tone: 'info' };
  const value = nextCheckpoint === null ? `${way}, ${whyNone(view)}` : `${way} at ${nextCheckpoint} %`;
  return { label, value, ageMs: null, tone: 'info' };
}

function whyNone({ epoch, isUnreadable }: AgentView): string {
  if (isUnreadable) return 'how far it is, and whether it is paused, is not known';
  return epoch === 0 ? 'no mission was told yet' : 'nothing left of this mission';
}

function joinRow({ receiver, checkpoint, from, missing }: JoinWait): AnswerRow {
  const value = `${receiver} gets the ${checkpoint} % gas of ${listed(from)} once ${listed(missing)} reached it`;
  return { label: 'join', value, ageMs: null, tone: 'info' };
}

/** `A`, `A and B`, `A, B and C`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ');
}
