// From what a person typed to a command and its arguments. Pure; a refusal is a value.
import type { Invocation, Reply } from './reply.ts';
import type { CommandSpec } from './spec.ts';

export interface Parsed {
  readonly spec: CommandSpec;
  readonly args: Readonly<Record<string, string>>;
}

type Refusal = Extract<Reply, { kind: 'refusal' }>;
export type ParseResult =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly refusal: Refusal };

/** Finds the command and checks its arguments. */
export function parseInvocation(input: Invocation['input'], specs: readonly CommandSpec[]): ParseResult {
  if (input.kind === 'parsed') return bind(input.command, input.args, specs);
  const typed = words(input.line);
  const [word] = typed;
  if (word === undefined) return refuse('empty', 'Nothing was typed. `help` lists the commands.');
  const found = findCommand(typed, specs);
  if (!found) return unknownCommand(word, specs);
  const { spec, rest } = found;
  if (rest.length > spec.args.length) {
    return refuse('bad-argument', `Too many arguments for \`${spec.name}\`. Usage: ${usage(spec)}`);
  }
  return bind(
    spec.name,
    Object.fromEntries(spec.args.flatMap(({ name }, i) => (rest[i] === undefined ? [] : [[name, rest[i]]]))),
    specs,
  );
}

// `gas send` before `gas`: the longer name wins.
function findCommand(
  typed: readonly string[],
  specs: readonly CommandSpec[],
): { readonly spec: CommandSpec; readonly rest: readonly string[] } | null {
  for (const length of [2, 1]) {
    const name = typed.slice(0, length).join(' ').toLowerCase();
    const spec = typed.length < length ? undefined : specs.find((one) => isNamed(one, name));
    if (spec) return { spec, rest: typed.slice(length) };
  }
  return null;
}

function isNamed({ name, aliases = [] }: CommandSpec, typed: string): boolean {
  return name === typed || aliases.includes(typed);
}

/** `restart <service>`, optional arguments in brackets. */
export function usage(spec: CommandSpec): string {
  return [spec.name, ...spec.args.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(
    ' ',
  );
}

/** The candidate that a mistyped word most likely meant; null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : null;
}

function bind(
  command: string,
  given: Readonly<Record<string, string>>,
  specs: readonly CommandSpec[],
): ParseResult {
  const spec = specs.find(({ name }) => name === command);
  if (!spec) return unknownCommand(command, specs);
  const args = Object.fromEntries(
    spec.args.flatMap(({ name }) => {
      const value = given[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const missing = spec.args.filter(({ name, required }) => required && args[name] === undefined);
  if (missing.length > 0) {
    return refuse(
      'bad-argument',
      `Missing: ${missing.map(({ name }) => name).join(', ')}. Usage: ${usage(spec)}`,
    );
  }
  return { ok: true, parsed: { spec, args } };
}

function unknownCommand(word: string, specs: readonly CommandSpec[]): ParseResult {
  const guess = nearest(
    word,
    specs.map(({ name }) => name),
  );
  return refuse(
    'unknown-command',
    `No command \`${word.slice(0, 40)}\`. ${guess ? `Did you mean \`${guess}\`?` : '`help` lists them.'}`,
  );
}

function refuse(code: Refusal['code'], text: string): ParseResult {
  return { ok: false, refusal: { kind: 'refusal', code, text } };
}

/** Splits at white space; double quotes keep words together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
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
