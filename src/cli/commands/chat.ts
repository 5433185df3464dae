// Every chat command as a subcommand: `swarmline restart slam --yes`. Which there are is known without a platform, so a slip
// of the pen is told at once.
import { isDeepStrictEqual } from 'node:util';
import { type CommandSpec, catalogue, nearest, usage as usageOf } from '../../commands/index.ts';
import type { ExitCode, Io } from '../io.ts';
import { type RunOptions, runNamed } from './run.ts';

/** What the words come to: a command that ran, or a usage error in words. */
export type ChatResult =
  | { readonly kind: 'ran'; readonly code: ExitCode }
  | { readonly kind: 'usage'; readonly problem: string };

export interface ChatOptions extends RunOptions {
  /** Names that could have been meant besides the chat commands. */
  readonly others: readonly string[];
  /** All that was typed, options among it and in its order. Default: the words alone. */
  readonly typed?: readonly string[];
}

/** @param words without the options */
export async function chat(words: readonly string[], options: ChatOptions, io: Io): Promise<ChatResult> {
  const found = find(words);
  if (!found) return { kind: 'usage', problem: unknown(words, options.others) };
  const { spec, rest } = found;
  const args = argumentsOf(spec, rest);
  if (args === null) {
    return { kind: 'usage', problem: `too many arguments for '${spec.name}'; usage: ${usageOf(spec)}` };
  }
  if (isMixed(found, options.typed ?? words)) {
    const problem = `an option stands within the text of '${spec.name}', or behind it: put it in front of the text, or the text into quotes`;
    return { kind: 'usage', problem };
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
    `Usage: swarmline ${usageOf(spec)} [--yes] [--name <name>] [--json] [--dry-run] [--key <key>]`,
    '',
    spec.description,
    ...(spec.args.length === 0 ? [] : ['', 'Arguments:']),
    ...spec.args.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
    ...(takesText(spec)
      ? ['', 'Options stand in front of a text of several words, or behind one in quotes.']
      : []),
  ].join('\n');
}

interface Found {
  readonly spec: CommandSpec;
  /** The words behind its name. */
  readonly rest: readonly string[];
}

// `gas send` before `gas`: the longer name wins.
function find(words: readonly string[]): Found | null {
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

/**
 * Whether an option was taken out of a text of several words, or from its end: it may have been meant as a part of it, and
 * `--yes` would confirm what nobody has seen.
 */
function isMixed({ spec, rest }: Found, typed: readonly string[]): boolean {
  const text = rest.slice(spec.args.length - 1);
  return takesText(spec) && text.length > 1 && !isDeepStrictEqual(typed.slice(-text.length), text);
}

/** Whether a person's own words are what it is for. */
function takesText({ kind, args }: CommandSpec): boolean {
  return (kind === 'action' || kind === 'word') && args.at(-1)?.rest === true;
}

function unknown(words: readonly string[], others: readonly string[]): string {
  const [word = ''] = words;
  const guess = nearest(word, [...others, ...catalogue.map(({ name }) => name)]);
  return `unknown command '${word}'${guess === null ? '' : `\n(Did you mean ${guess}?)`}`;
}
