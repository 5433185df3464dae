// What could be typed next: commands, then what could stand for their arguments; only what the person may use. It is a
// convenience, so a fault of it is nothing to tell.
import type { Args } from './bind.ts';
import { namesOf } from './parse.ts';
import { type Looker, mayUse, permitted } from './permitted.ts';
import type { CommandPorts, CommandSpec } from './spec.ts';
import { lineFrom, type Word, wordsOf } from './words.ts';

/** What was typed so far of one argument. */
export interface TypedArgument extends Looker {
  readonly command: string;
  readonly argument: string;
  /** Of the other arguments. */
  readonly args: Args;
  readonly typed: string;
}

/** What may follow, and the end of the line that it takes the place of. */
export interface Completion {
  readonly candidates: readonly string[];
  readonly replaces: string;
}

/** Says what could be typed next. */
export interface Completer {
  /** Of a line, up to where the person is in it. Never rejects. */
  line(asked: Looker & { readonly line: string }): Promise<Completion>;
  /** Of one argument; those that begin with what was typed come first. Never rejects. */
  argument(asked: TypedArgument): Promise<readonly string[]>;
}

/** Makes it for a list of commands. */
export function createCompleter(ports: CommandPorts, specs: readonly CommandSpec[]): Completer {
  const argument = async ({ command, argument, args, typed, ...looker }: TypedArgument) => {
    const spec = specs.find(({ name }) => name === command);
    const arg = spec?.args.find(({ name }) => name === argument);
    if (!spec || !arg?.candidates || !(await mayUse(spec, looker, ports))) return [];
    return ranked(await arg.candidates(ports, args), typed);
  };
  const line = async ({ line: text, ...looker }: Looker & { readonly line: string }) => {
    const place = placeIn(text, specs);
    if (place.kind === 'argument') {
      const { replaces, ...asked } = place;
      const candidates = await argument({ ...asked, ...looker, typed: replaces });
      return { candidates: candidates.filter((one) => begins(one, replaces)), replaces };
    }
    const mine = await permitted(specs, looker, ports);
    const names = mine.map(({ name }) => name).filter((name) => begins(name, place.replaces));
    return { candidates: names, replaces: place.replaces };
  };
  return {
    line: (asked) => line(asked).catch(() => ({ candidates: [], replaces: asked.line })),
    argument: (asked) => argument(asked).catch(() => []),
  };
}

type PlaceInLine =
  | { readonly kind: 'command'; readonly replaces: string }
  | {
      readonly kind: 'argument';
      readonly command: string;
      readonly argument: string;
      readonly args: Args;
      readonly replaces: string;
    };

/** Where in a command the end of the line is. Pure. */
function placeIn(line: string, specs: readonly CommandSpec[]): PlaceInLine {
  const words = wordsOf(line);
  // A space behind a word says that the word is whole.
  const isOpen = line !== '' && !/\s$/.test(line);
  const whole = isOpen ? words.slice(0, -1) : words;
  const found = specsNamed(whole, specs);
  if (!found) return { kind: 'command', replaces: line.trimStart() };
  const { spec, length } = found;
  const behind = words.slice(length);
  const position = isOpen ? behind.length - 1 : behind.length;
  const last = spec.args.length - 1;
  const index = spec.args[last]?.rest === true ? Math.min(position, last) : position;
  const arg = spec.args[index];
  const before = spec.args.slice(0, index).map(({ name }, i) => [name, behind[i]?.text ?? ''] as const);
  return {
    kind: 'argument',
    command: spec.name,
    argument: arg?.name ?? '',
    args: Object.fromEntries(before),
    replaces:
      arg?.rest === true ? lineFrom(line, behind.slice(index)) : isOpen ? (words.at(-1)?.text ?? '') : '',
  };
}

function specsNamed(
  words: readonly Word[],
  specs: readonly CommandSpec[],
): { readonly spec: CommandSpec; readonly length: number } | null {
  for (const length of [2, 1]) {
    const taken = words.slice(0, length);
    const name = taken.map(({ text }) => text.toLowerCase()).join(' ');
    const spec = taken.length < length ? undefined : specs.find((one) => namesOf(one).includes(name));
    if (spec) return { spec, length };
  }
  return null;
}

function ranked(candidates: readonly string[], typed: string): readonly string[] {
  const first = candidates.filter((one) => begins(one, typed));
  const within = candidates.filter(
    (one) => !begins(one, typed) && one.toLowerCase().includes(typed.toLowerCase()),
  );
  return [...new Set([...first, ...within])];
}

function begins(candidate: string, typed: string): boolean {
  return candidate.toLowerCase().startsWith(typed.toLowerCase());
}
