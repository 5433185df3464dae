// `result <id>`: what became of an action, for whoever lost its answer or asks from another place.
import { z } from 'zod';
import type { ActionView } from '../../contracts/actions.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import { correlationIdOf } from '../../contracts/ids.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { ArgSpec, CommandCall, CommandPorts, CommandSpec, Question } from '../spec.ts';
import { wishAnswer } from './result-wish.ts';
import { whyItWaits } from './waiting.ts';

/** An id of an action, or its beginning. */
export const actionIdArg: ArgSpec = {
  name: 'id',
  description: 'Its id, or the first six digits of it or more',
  required: true,
  schema: z
    .string()
    .toLowerCase()
    .regex(/^x?[0-9a-f]{6,19}$/, 'an id as the answer to an action shows it, such as x1a2b3c'),
};

/** Also what `approve` takes. */
const wishId = z
  .string()
  .toLowerCase()
  .regex(/^(x[0-9a-f]{5,19}|[0-9a-f]{6,19})$/, 'an id as a question or the answer to an action shows it');

/** @param specs those whose wishes it may be asked of */
export function makeResult(specs: readonly CommandSpec[]): Question {
  return { ...result, answer: ({ args, ...who }, ports) => answerOf(args['id'] ?? '', who, ports, specs) };
}

const result = {
  kind: 'question',
  name: 'result',
  description: 'What became of an action, by its id; kept for 7 days',
  args: [{ ...actionIdArg, schema: wishId }],
  example: 'result x1a2b3c',
} as const;

async function answerOf(
  id: string,
  who: Omit<CommandCall, 'args'>,
  ports: CommandPorts,
  specs: readonly CommandSpec[],
): Promise<Answer> {
  const asked = await correlationOf(id, ports);
  const found = await ports.actions.find(asked);
  const now = ports.clock.now();
  const wish = found.length === 0 ? await wishAnswer(asked, who, ports, specs) : null;
  if (wish) return wish;
  const [only] = found;
  if (only && found.length === 1) {
    return told(only, now, isBegun(only) ? null : await whyItWaits(only.note.command, ports));
  }
  return {
    title:
      found.length === 0
        ? `Unknown: no action ${id} in the last 7 days`
        : `${counted(found.length, 'action')} begin with ${id}`,
    tone: 'warn',
    rows: found.map((view) => ({
      label: view.note.correlationId,
      value: `${lineOf(view)}: ${stateOf(view)}`,
      ageMs: now - view.note.at,
      tone: toneOf(view),
    })),
    ...(found.length === 0 && { note: whoSees }),
    data: { actions: found },
  };
}

const whoSees =
  'What was only asked for is told to who asked, to who may approve it, and to holders of `audit.read`.';

/** What waits for a word has an id of its own. */
async function correlationOf(id: string, { approvals }: Pick<CommandPorts, 'approvals'>): Promise<string> {
  const whole = id.startsWith('x') ? id : `x${id}`;
  const wish = await approvals.find(whole);
  return wish ? correlationIdOf(wish.invocationId) : whole;
}

/** What was typed for it, without its quotes. */
export function lineOf({ note }: ActionView): string {
  return plainText([note.command, ...Object.values(note.args)].join(' '), 120);
}

/** Whether anything came of it yet. */
function isBegun({ steps, word }: ActionView): boolean {
  return word !== null || steps.length > 0;
}

/** `waits`: why nothing was reported of it; null where something was. */
function told(view: ActionView, now: number, waits: string | null): Answer {
  const { note, steps, word } = view;
  const asked: AnswerRow = { label: 'asked', value: `by ${note.person}`, ageMs: now - note.at, tone: 'info' };
  return {
    title: `${lineOf(view)}: ${stateOf(view)}`,
    tone: toneOf(view),
    rows: [
      asked,
      ...steps.map(
        ({ state, at, detail }): AnswerRow => ({
          label: state,
          value: plainText(detail, 160) || 'so far',
          ageMs: now - at,
          tone: state === 'failed' ? 'bad' : 'info',
        }),
      ),
    ],
    note: waits === null ? (word?.text ?? '') : `Nothing was reported of it yet: ${waits}.`,
    data: { actions: [view], waits },
  };
}

// A notice goes through no states: what it tells is so.
function stateOf({ steps, word }: ActionView): string {
  const state = steps.at(-1)?.state;
  if (state !== undefined) return word?.final === false ? `${state}, under way` : state;
  return word === null ? 'confirmed, no word of it yet' : word.final ? 'done' : 'under way';
}

function toneOf({ steps, word }: ActionView): Tone {
  const state = steps.at(-1)?.state;
  if (state === 'failed') return 'bad';
  if (word?.final !== true) return 'info';
  const isGood = state === undefined || state === 'ready' || state === 'accepted' || state === 'working';
  return isGood ? 'ok' : 'warn';
}
