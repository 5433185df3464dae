// From what a person typed to a command and its arguments. Pure; a refusal is a value.
import { type Args, bindArgs, takeWords } from './bind.ts';
import type { Invocation, Reply } from './reply.ts';
import type { CommandSpec } from './spec.ts';
import { type Word, wordsOf } from './words.ts';

export interface Parsed {
  readonly spec: CommandSpec;
  readonly args: Args;
  /** Whether it was only asked what would be done. */
  readonly dryRun: boolean;
}

type Refusal = Extract<Reply, { kind: 'refusal' }>;
export type ParseResult =
  | { readonly ok: true; readonly parsed: Parsed }
  /** `command` is the one that was meant; null where there is none of that name. */
  | { readonly ok: false; readonly refusal: Refusal; readonly command: string | null };

/** Finds the command and checks its arguments. */
export function parseInvocation(input: Invocation['input'], specs: readonly CommandSpec[]): ParseResult {
  if (input.kind === 'parsed') {
    const spec = specs.find(({ name }) => name === input.command);
    return spec ? bind(spec, input.args, false) : unknownCommand([input.command], specs);
  }
  const typed = wordsOf(input.line);
  if (typed.length === 0) return refuse('empty', 'Nothing was typed. `help` lists the commands.', null);
  const found = findCommand(typed, specs);
  if (!found) {
    return unknownCommand(
      typed.map(({ text }) => text),
      specs,
    );
  }
  const taken = takeWords(input.line, found.rest, found.spec);
  if (!taken.ok) return refuse('bad-argument', taken.why, found.spec.name);
  return bind(found.spec, taken.value.given, taken.value.dryRun);
}

// `gas send` before `gas`: the longer name wins.
function findCommand(
  typed: readonly Word[],
  specs: readonly CommandSpec[],
): { readonly spec: CommandSpec; readonly rest: readonly Word[] } | null {
  for (const length of [2, 1]) {
    const name = nameOf(typed, length);
    const spec = typed.length < length ? undefined : specs.find((one) => namesOf(one).includes(name));
    if (spec) return { spec, rest: typed.slice(length) };
  }
  return null;
}

function nameOf(typed: readonly Word[], length: number): string {
  return typed
    .slice(0, length)
    .map(({ text }) => text)
    .join(' ')
    .toLowerCase();
}

/** The name of a command and its aliases. */
export function namesOf({ name, aliases = [] }: CommandSpec): readonly string[] {
  return [name, ...aliases];
}

/** The candidate that a mistyped word most likely meant; null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : null;
}

function bind(spec: CommandSpec, given: Args, dryRun: boolean): ParseResult {
  const bound = bindArgs(given, spec);
  if (!bound.ok) return refuse('bad-argument', bound.why, spec.name);
  return { ok: true, parsed: { spec, args: bound.value, dryRun } };
}

function unknownCommand(typed: readonly string[], specs: readonly CommandSpec[]): ParseResult {
  const [word = ''] = typed;
  const parts = specs.filter(({ name }) => name.startsWith(`${word.toLowerCase()} `));
  if (parts.length > 0) {
    const follow = parts.map(({ name }) => `\`${name}\``).join(', ');
    return refuse('unknown-command', `\`${word}\` is the beginning of ${follow}.`, null);
  }
  const names = specs.flatMap(namesOf);
  const guess = nearest(typed.slice(0, 2).join(' '), names) ?? nearest(word, names);
  const told = guess === null ? '`help` lists them.' : `Did you mean \`${guess}\`?`;
  return refuse('unknown-command', `No command \`${word.slice(0, 40)}\`. ${told}`, null);
}

function refuse(code: Refusal['code'], text: string, command: string | null): ParseResult {
  return { ok: false, refusal: { kind: 'refusal', code, text }, command };
}

// A swap of two neighbours, the commonest slip of the pen, counts as one.
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(substitute, swap, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
