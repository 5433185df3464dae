// `queue dead [queue]` lists what was given up and why; `queue show <id>` has the whole of one.
import type { AnswerRow } from '../../contracts/chat.ts';
import type { DeadLetter } from '../../contracts/queues.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { Question } from '../spec.ts';
import { letterArg, letterQueueArg, noSuchLetter, noSuchQueue } from './find-letter.ts';

/** More would fill a screen, and the reason is mostly the same. */
const shown = 10;

export const queueDead: Question = {
  kind: 'question',
  name: 'queue dead',
  description: 'Jobs that were given up, the newest first, each with its reason',
  args: [letterQueueArg],
  example: 'queue dead gas',
  answer: async ({ args }, ports) => {
    const unknown = noSuchQueue(args['queue']);
    if (unknown !== null) return { title: `Unknown: ${unknown}`, tone: 'warn', rows: [], data: noLetters };
    const now = ports.clock.now();
    const { letters, total, cut } = await ports.queues.deadLetters(shown, args['queue']);
    const where = args['queue'] === undefined ? '' : ` in ${plainText(args['queue'], 40)}`;
    return {
      title: total === 0 ? `No dead letter${where}` : `${counted(total, 'dead letter')}${where}`,
      tone: total === 0 ? 'ok' : 'warn',
      rows: letters.map((letter) => letterRow(letter, now)),
      ...noteOf(total, cut),
      // What they carry is for those who may see it: `queue show`.
      data: { letters: letters.map(({ data: _, ...facts }) => facts), total, cut },
    };
  },
};

const noLetters = { letters: [], total: 0, cut: 0 };

export const queueShow: Question = {
  kind: 'question',
  name: 'queue show',
  description: 'One dead letter with all that is in it',
  args: [letterArg],
  example: 'queue show x1a2b3c',
  permission: 'queue.show',
  answer: async ({ args }, ports) => {
    const id = args['id'] ?? '';
    const { letter, ids } = await ports.queues.deadLetter(id);
    if (!letter) {
      return { title: `Unknown: ${noSuchLetter(id, ids)}`, tone: 'warn', rows: [], data: { letter, ids } };
    }
    const row = (label: string, value: string): AnswerRow => ({ label, value, ageMs: null, tone: 'info' });
    return {
      title: `${letter.name} ${letter.id}`,
      tone: 'warn',
      rows: [
        row('reason', `${letter.code}: ${plainText(letter.reason, 200)}`),
        row('queue', letter.queue),
        row('runs', String(letter.attempts)),
        row('added', new Date(letter.firstAt).toISOString()),
        row('given up', new Date(letter.lastAt).toISOString()),
        row('message', plainText(JSON.stringify(letter.data) ?? 'none', 600)),
      ],
      data: { letter },
    };
  },
};

function letterRow({ id, name, queue, code, reason, attempts, lastAt }: DeadLetter, now: number): AnswerRow {
  const runs = counted(attempts, 'run');
  return {
    label: id,
    value: `${name} in ${queue}, ${runs}: ${code}: ${plainText(reason, 100)}`,
    ageMs: now - lastAt,
    tone: 'warn',
  };
}

function noteOf(total: number, cut: number): { readonly note?: string } {
  const said = [
    ...(total > shown ? [`${total - shown} older ones are not shown.`] : []),
    ...(cut > 0 ? [`${cut} were removed since too many or too old.`] : []),
    ...(total > 0 ? ['`queue redrive <id>` runs one again.'] : []),
  ];
  return said.length === 0 ? {} : { note: said.join(' ') };
}
