// What is asked about a wish: the words of its command, and every text that goes along, quoted. Whoever says the word on it
// may be somebody else than who typed it, and nobody is to approve a text unseen.
import type { AnswerRow } from '../contracts/chat.ts';
import { plainText } from '../core/text.ts';
import type { Action, Change, CommandCall, CommandPorts } from './spec.ts';

/** So much of a text stands in a question, characters: all of it fits a row of each surface. */
const quotedLimit = 160;
/** Of a text that is shown whole, so much in one row, characters. */
const rowLimit = 350;

/** The question; what is left out of a text is counted. @throws SwarmError REDIS_* when the truth cannot be read */
export async function promptOf(
  spec: Action | Change,
  args: CommandCall['args'],
  ports: CommandPorts,
): Promise<string> {
  const prompt = await spec.prompt(args, ports);
  // A change names all of its arguments in its own question.
  if (spec.kind === 'change') return prompt;
  const texts = spec.args.flatMap(({ name, rest = false }) => {
    const text = args[name];
    return !rest || text === undefined ? [] : [`${name}: ${quoted(flat(text))}.`];
  });
  return [prompt, ...texts].join(' ');
}

/** Whatever of the arguments the question does not show whole, in as many rows as it needs. */
export function unshownRows(args: CommandCall['args'], prompt: string): AnswerRow[] {
  return Object.entries(args).flatMap(([name, given]) => {
    const text = flat(given);
    if (prompt.includes(text)) return [];
    const characters = [...text];
    const count = Math.ceil(characters.length / rowLimit);
    return Array.from({ length: count }, (_, i) => ({
      label: count === 1 ? name : `${name} ${i + 1} of ${count}`,
      value: `“${characters.slice(i * rowLimit, (i + 1) * rowLimit).join('')}”`,
      ageMs: null,
      tone: 'info',
    }));
  });
}

// Without the marks that end a quotation: a text must not feign that it is over.
function flat(text: string): string {
  return plainText(text, Number.POSITIVE_INFINITY).replaceAll(/[“”]/g, '"');
}

function quoted(text: string): string {
  const characters = [...text];
  const left = characters.length - quotedLimit;
  if (left <= 0) return `“${text}”`;
  const begin = characters.slice(0, quotedLimit).join('');
  return `“${begin}…” (${left} more characters; a dry run of \`approve\` shows all)`;
}
