// `gas [agent]`: the latest deliveries and how far each really got.
import type { DeliveryView } from '../../contracts/agents.ts';
import type { AnswerRow, Tone } from '../../contracts/chat.ts';
import type { Question } from '../spec.ts';
import { oneLine } from './agents.ts';

const shown = 10;
const searched = 200;

export const gas: Question = {
  kind: 'question',
  name: 'gas',
  description: 'The latest gas deliveries, of all or of one agent',
  args: [{ name: 'agent', description: 'Only gas from or to this agent', required: false }],
  example: 'gas Agent-2',
  answer: async ({ args }, ports) => {
    const now = ports.clock.now();
    const wanted = args['agent']?.toLowerCase();
    const all = await ports.agents.deliveries(searched);
    const mine = all.filter(
      ({ gas: letter }) =>
        wanted === undefined || [letter.from, letter.to].some((agent) => agent.toLowerCase() === wanted),
    );
    const about = args['agent'] === undefined ? '' : ` of ${oneLine(args['agent'], 64)}`;
    const open = mine.filter(
      ({ state }) => state === 'pending' || state === 'queued' || state === 'sent',
    ).length;
    return {
      title:
        mine.length === 0
          ? `No gas deliveries${about} yet`
          : `${mine.length} gas deliveries${about}, ${open} not acknowledged`,
      tone: mine.some(({ state }) => tones[state] === 'bad') ? 'warn' : 'ok',
      rows: mine.slice(0, shown).map((view) => deliveryRow(view, now)),
      ...(mine.length > shown ? { note: `The newest ${shown} of ${mine.length}.` } : {}),
      data: { deliveries: mine },
    };
  },
};

const tones: Readonly<Record<DeliveryView['state'], Tone>> = {
  pending: 'info',
  queued: 'info',
  sent: 'info',
  accepted: 'ok',
  working: 'ok',
  failed: 'bad',
  expired: 'bad',
};

function deliveryRow(view: DeliveryView, now: number): AnswerRow {
  const what = view.gas.checkpoint === null ? 'scheduled' : `${view.gas.checkpoint} %`;
  const detail = view.steps.at(-1)?.detail;
  const acknowledged = view.state === 'sent' ? 'sent, not acknowledged' : view.state;
  return {
    label: `${view.gas.from} → ${view.gas.to}, ${what}`,
    value: detail && tones[view.state] === 'bad' ? `${acknowledged}: ${oneLine(detail, 80)}` : acknowledged,
    ageMs: now - view.since,
    tone: tones[view.state],
  };
}
