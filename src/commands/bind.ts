// The arguments of one command: from typed words to names, and whether each is what its specification expects. Pure.
import { z } from 'zod';
import type { ArgSpec, CommandSpec } from './spec.ts';
import { lineFrom, type Word } from './words.ts';

export type Args = Readonly<Record<string, string>>;
/** A text says why not. */
export type Bound<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** On text surfaces, anywhere before a text that takes the rest of the line, or at its very end. */
export const dryRunOption = '--dry-run';

const anyText = z.string().max(200, 'a text of at most 200 characters');

/** What was typed, by names of arguments. @param words those behind the command's name */
export function takeWords(
  line: string,
  words: readonly Word[],
  spec: CommandSpec,
): Bound<{ readonly given: Args; readonly dryRun: boolean }> {
  const restName = spec.args.at(-1)?.rest === true ? spec.args.at(-1)?.name : undefined;
  const single = restName === undefined ? spec.args : spec.args.slice(0, -1);
  const dryRun = endsAsDryRun(words);
  const left = dryRun ? words.slice(0, -1) : words;
  const taken: Word[] = [];
  let options = 0;
  for (const word of left) {
    const isDryRun = !word.quoted && word.text === dryRunOption;
    if (taken.length === single.length && restName !== undefined && !isDryRun) break;
    if (isDryRun) options += 1;
    else if (!isOption(word)) taken.push(word);
    else return { ok: false, why: `There is no option \`${cut(word.text)}\`, only \`${dryRunOption}\`.` };
  }
  if (taken.length > single.length) {
    return { ok: false, why: `Too many arguments for \`${spec.name}\`. Usage: ${usage(spec)}` };
  }
  const typed = dryRun ? line.slice(0, words.at(-1)?.at) : line;
  const behind = left.slice(taken.length + options);
  const rest = restName === undefined ? [] : [[restName, lineFrom(typed, behind)] as const];
  const given = single.flatMap(({ name }, i) => (taken[i] ? [[name, taken[i].text] as const] : []));
  return {
    ok: true,
    value: { given: Object.fromEntries([...given, ...rest]), dryRun: dryRun || options > 0 },
  };
}

/** The arguments that `spec` has, each checked; those that were not given are left out. */
export function bindArgs(given: Args, spec: CommandSpec): Bound<Args> {
  const args: Record<string, string> = {};
  for (const arg of spec.args) {
    const value = given[arg.name]?.trim();
    if (!value) continue;
    const parsed = (arg.schema ?? anyText).safeParse(value);
    if (!parsed.success) return { ok: false, why: unfit(arg, value, parsed.error) };
    args[arg.name] = parsed.data;
  }
  const missing = spec.args.filter(({ name, required }) => required && args[name] === undefined);
  if (missing.length === 0) return { ok: true, value: args };
  const names = missing.map(({ name }) => name).join(', ');
  return { ok: false, why: `Missing: ${names}. Usage: ${usage(spec)}` };
}

/** `restart <service>`, optional arguments in brackets, three dots where the rest of the line is taken. */
export function usage({ name: command, args }: CommandSpec): string {
  const shown = args.map(({ name, required, rest = false }) => {
    const label = rest ? `${name}…` : name;
    return required ? `<${label}>` : `[${label}]`;
  });
  return [command, ...shown].join(' ');
}

function unfit({ name }: ArgSpec, value: string, error: z.ZodError): string {
  const expected = [...new Set(error.issues.map(({ message }) => message.replace(/\.$/, '')))].join('; ');
  return `\`${name}\` cannot be \`${cut(value)}\`; expected: ${expected}.`;
}

function endsAsDryRun(words: readonly Word[]): boolean {
  const last = words.at(-1);
  return last?.text === dryRunOption && !last.quoted;
}

function isOption({ text, quoted }: Word): boolean {
  return !quoted && /^--[a-z]/i.test(text);
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
