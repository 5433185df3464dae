// `gas [agent]`: the latest deliveries and how far each really got.
import type { DeliveryView } from '../../contracts/agents.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import { nearest } from '../parse.ts';
import { counted, oneLine } from '../render.ts';
import type { CommandPorts, Question } from '../spec.ts';

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
    const wanted = args['agent'];
    const all = await ports.agents.deliveries(searched);
    const mine = all.filter(({ gas: letter }) => wanted === undefined || concerns(letter, wanted));
    if (mine.length === 0 && wanted !== undefined) return nothingOf(wanted, all.length, ports);
    const about = wanted === undefined ? '' : ` of ${oneLine(wanted, 64)}`;
    const open = mine.filter(({ state }) => isOpen(state)).length;
    return {
      title:
        mine.length === 0
          ? 'No gas deliveries yet'
          : `${counted(mine.length, 'gas delivery')}${about}, ${open} not acknowledged`,
      tone: mine.some(({ state }) => tones[state] === 'bad') ? 'warn' : 'ok',
      rows: mine.slice(0, shown).map((view) => deliveryRow(view, now)),
      ...(mine.length > shown ? { note: `The newest ${shown} of ${mine.length}.` } : {}),
      data: { deliveries: mine },
    };
  },
};

/** Whether nobody has acknowledged it so far, and somebody still may. */
export function isOpen(state: DeliveryView['state']): boolean {
  return state === 'pending' || state === 'queued' || state === 'sent';
}

async function nothingOf(wanted: string, looked: number, ports: CommandPorts): Promise<Answer> {
  const known = (await ports.agents.agents()).map(({ agent }) => agent);
  const name = oneLine(wanted, 64);
  const guess = nearest(wanted, known);
  const data = { deliveries: [] };
  if (!known.some((agent) => agent.toLowerCase() === wanted.toLowerCase())) {
    const note = guess === null ? '`agents` lists them.' : `Did you mean ${guess}?`;
    return { title: `Unknown: no agent is called ${name}`, tone: 'warn', rows: [], note, data };
  }
  const title = `No gas deliveries of ${name} ${looked < searched ? 'yet' : `among the latest ${searched}`}`;
  return { title, tone: 'ok', rows: [], data };
}

function concerns({ from, to }: DeliveryView['gas'], agent: string): boolean {
  return [from, to].some((end) => end.toLowerCase() === agent.toLowerCase());
}

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
