// Colours of the console: a state's colour says at a glance whether it is good, open or bad.
import { styleText } from 'node:util';
import { answerLines, formatAge } from '../../commands/index.ts';
import type { ActionState, Answer, Tone } from '../../contracts/chat.ts';

type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'dim';

const byState: Readonly<Record<ActionState, Colour>> = {
  queued: 'dim',
  sent: 'dim',
  accepted: 'cyan',
  working: 'green',
  stopping: 'cyan',
  starting: 'cyan',
  ready: 'green',
  failed: 'red',
  expired: 'yellow',
  unknown: 'yellow',
  held: 'yellow',
  suppressed: 'dim',
  rerouted: 'dim',
};

const byTone: Readonly<Record<Tone, Colour>> = { ok: 'green', info: 'dim', warn: 'yellow', bad: 'red' };
const marks: Readonly<Record<Tone, string>> = { ok: '●', info: '·', warn: '▲', bad: '✖' };

export function paint(colour: boolean, state: ActionState, text: string): string {
  return colour ? styleText(byState[state], text, { validateStream: false }) : text;
}

/** An answer as lines for a terminal: a mark per row, ages dimmed. Without colour: the plain lines. */
export function renderAnswer(answer: Answer, colour: boolean): string[] {
  if (!colour) return answerLines(answer);
  const style = (tone: Colour | 'bold', text: string) => styleText(tone, text, { validateStream: false });
  const width = Math.max(0, ...answer.rows.map(({ label }) => label.length));
  const rows = answer.rows.map((row) => {
    const age = row.ageMs === null ? '' : style('dim', ` (${formatAge(row.ageMs)} ago)`);
    return `  ${style(byTone[row.tone], marks[row.tone])} ${row.label.padEnd(width)}  ${row.value}${age}`;
  });
  return [
    style('bold', answer.title),
    ...rows,
    ...(answer.note === undefined ? [] : [style('dim', answer.note)]),
  ];
}
