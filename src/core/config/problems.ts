// What is wrong with a configuration, in words: path, place, what was expected, what was there, and the mend.
import type { z } from 'zod';
import { maskUrls } from '../text.ts';
import type { SchemaKey } from './schema-keys.ts';
import type { Path } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** One problem at one key. */
export interface Problem {
  readonly path: Path;
  /** What was expected, and what was there. */
  readonly said: string;
  /** How to mend it, where that is known. */
  readonly hint?: string;
}

export interface Findings {
  /** The value at a path, before the schema looked at it. */
  readonly valueAt: (path: Path) => unknown;
  readonly keys: readonly SchemaKey[];
}

/** The problems of one issue; zod reports unknown keys at their section, but each has a place of its own. */
export function problemsOf(issue: Issue, findings: Findings): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], findings.keys));
  }
  const value = findings.valueAt(path);
  const secret = findings.keys.some((key) => key.secret && key.path.join('.') === path.join('.'));
  const got = secret ? 'something else' : shown(value);
  if (value === undefined) {
    // A list that was given as one text has no places of its own.
    const [whole, text] = [path.slice(0, -1), findings.valueAt(path.slice(0, -1))];
    if (typeof text === 'string') return [{ path: whole, said: `${expectation(issue)}, got ${shown(text)}` }];
    return [{ path, said: `it is missing; ${expectation(issue)}` }];
  }
  if (wantsNoQuotes(issue, value)) {
    return [{ path, said: `${expectation(issue)}, got ${got}`, hint: 'take the quotes away' }];
  }
  if (wantsQuotes(issue, value)) {
    const exact = Number.isSafeInteger(value) ? got : 'a number';
    return [{ path, said: `${expectation(issue)}, got ${exact}`, hint: 'put it in quotes: "…"' }];
  }
  const hint = issue.code === 'invalid_value' ? nearest(String(value), issue.values.map(String)) : undefined;
  return [
    { path, said: `${expectation(issue)}, got ${got}`, ...(hint ? { hint: `did you mean ${hint}?` } : {}) },
  ];
}

// Ids of platforms look like numbers, and are too long for one: what was read is not what was written.
function wantsQuotes(issue: Issue, value: unknown): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'string' && typeof value === 'number';
}

// In a file; of the environment's texts the numbers are read by now.
function wantsNoQuotes(issue: Issue, value: unknown): boolean {
  const wantsNumber = issue.code === 'invalid_type' && ['number', 'int'].includes(issue.expected);
  return wantsNumber && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}

function unknownKey(path: Path, keys: readonly SchemaKey[]): Problem {
  const depth = path.length - 1;
  const inside = keys.filter((key) => path.slice(0, depth).every((part, at) => key.path[at] === part));
  const siblings = [...new Set(inside.flatMap((key) => key.path[depth] ?? []))];
  const like = nearest(path[depth] ?? '', siblings);
  const hint = like ? `did you mean ${like}?` : `there are ${siblings.join(', ')}`;
  return { path, said: 'there is no such key', ...(siblings.length > 0 ? { hint } : {}) };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${article(issue.expected)}`;
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
    case 'too_small':
      return `expected ${bound(issue.origin, 'at least', issue.minimum, issue.inclusive)}`;
    case 'too_big':
      return `expected ${bound(issue.origin, 'at most', issue.maximum, issue.inclusive)}`;
    case 'invalid_format':
      return `expected ${issue.message.startsWith('Invalid') ? `a valid ${issue.format}` : issue.message}`;
    case 'invalid_union':
      return `expected ${issue.message === 'Invalid input' ? alternatives(issue.errors) : issue.message}`;
    default:
      return `expected ${issue.message.replace(/^Invalid input: expected /, '')}`;
  }
}

// Whoever may write yes and on is told of true and false.
function alternatives(branches: readonly (readonly Issue[])[]): string {
  const firsts = branches.flatMap(([first]) => first ?? []);
  const isFlag = firsts.some((one) => one.code === 'invalid_type' && one.expected === 'boolean');
  if (isFlag) return article('boolean');
  return [...new Set(firsts.map((one) => expectation(one).replace(/^expected /, '')))].join(', or ');
}

function bound(origin: string, word: string, limit: number | bigint, inclusive = true): string {
  if (origin === 'string') return `${word} ${limit} characters`;
  if (origin === 'array') return `${word} ${limit} entries`;
  return inclusive ? `${word} ${limit}` : `${word === 'at least' ? 'more' : 'less'} than ${limit}`;
}

const names: Readonly<Record<string, string>> = {
  object: 'a section with keys',
  array: 'a list',
  int: 'a whole number',
  boolean: 'true or false',
};

function article(type: string): string {
  return names[type] ?? `a ${type}`;
}

// A secret may stand in the wrong place, so the inside of a section is not shown, and no text that could be a token.
const tokenLike = /^(?=.*\d)(?=.*[A-Za-z])(?![./])[\w.~+/=:-]{20,}$/;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section with keys';
  if (typeof value === 'string' && tokenLike.test(value)) return `a text of ${value.length} characters`;
  const text = maskUrls(JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The candidate that a person most probably meant; none when nothing is near. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.edits - b.edits);
  return best?.candidate;
}

// Damerau–Levenshtein with adjacent swaps (optimal string alignment): `prot` is one slip away from `port`.
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + change,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
