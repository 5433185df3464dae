// Every chat command as a subcommand: `swarmline restart slam --yes`. Which there are is known without a platform, so a slip
// of the pen is told at once.
import { type CommandSpec, catalogue, nearest, usage as usageOf } from '../../commands/index.ts';
import type { ExitCode, Io } from '../io.ts';
import { type RunOptions, runNamed } from './run.ts';

/** What the words come to: a command that ran, or a usage error in words. */
export type ChatResult =
  | { readonly kind: 'ran'; readonly code: ExitCode }
  | { readonly kind: 'usage'; readonly problem: string };

/** @param others names that could have been meant besides the chat commands */
export async function chat(
  words: readonly string[],
  options: RunOptions & { readonly others: readonly string[] },
  io: Io,
): Promise<ChatResult> {
  const found = find(words);
  if (!found) return { kind: 'usage', problem: unknown(words, options.others) };
  const { spec, rest } = found;
  const args = argumentsOf(spec, rest);
  if (args === null) {
    return { kind: 'usage', problem: `too many arguments for '${spec.name}'; usage: ${usageOf(spec)}` };
  }
  return { kind: 'ran', code: await runNamed({ command: spec.name, args }, options, io) };
}

/** A line for each chat command: how it is used, and what it does. */
export function chatHelp(): string {
  const width = Math.max(...catalogue.map((spec) => usageOf(spec).length));
  return catalogue.map((spec) => `  ${usageOf(spec).padEnd(width)}  ${spec.description}`).join('\n');
}

/** How one chat command is used; null where there is none of that name. */
export function chatHelpOf(words: readonly string[]): string | null {
  const spec = find(words)?.spec;
  if (!spec) return null;
  const width = Math.max(0, ...spec.args.map(({ name }) => name.length));
  return [
    `Usage: swarmline ${usageOf(spec)} [--yes] [--name <name>] [--json] [--dry-run]`,
    '',
    spec.description,
    ...(spec.args.length === 0 ? [] : ['', 'Arguments:']),
    ...spec.args.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
  ].join('\n');
}

// `gas send` before `gas`: the longer name wins.
function find(words: readonly string[]) {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ').toLowerCase();
    const spec = catalogue.find((one) => one.name === name || one.aliases?.includes(name));
    if (words.length >= length && spec) return { spec, rest: words.slice(length) };
  }
  return null;
}

function argumentsOf({ args }: CommandSpec, words: readonly string[]): Record<string, string> | null {
  const last = args.at(-1);
  const fits = words.length <= args.length || last?.rest === true;
  if (!fits) return null;
  return Object.fromEntries(
    args.flatMap(({ name, rest }, i) => {
      const text = rest ? words.slice(i).join(' ') : words[i];
      return text === undefined || text === '' ? [] : [[name, text]];
    }),
  );
}

function unknown(words: readonly string[], others: readonly string[]): string {
  const [word = ''] = words;
  const guess = nearest(word, [...others, ...catalogue.map(({ name }) => name)]);
  return `unknown command '${word}'${guess === null ? '' : `\n(Did you mean ${guess}?)`}`;
}
