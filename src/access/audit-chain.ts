// The chain: what a line's hash is made of, and whether a stored line follows from the one before it. Pure.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AuditEntry, AuditLine } from './audit.ts';

/** The end of the chain: its last line's number and hash. */
export interface Tail {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first line. */
export const genesis: Tail = { seq: 0, hash: '0'.repeat(64) };

/** A line as Redis holds it: under the id `<seq>-0`, in canonical JSON. */
export interface StoredLine {
  readonly id: string;
  readonly text: string;
}

/** Where a chain breaks first, and what is wrong there. */
export interface Break {
  readonly seq: number;
  readonly why: string;
}

/** JSON of one form for one value: keys in the order of their code units, no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonicalJson(held)}`).join(',')}}`;
}

/** The next line of the chain. */
export function sealed({ seq, hash }: Tail, entry: AuditEntry, at: number): AuditLine {
  const body = { ...entry, seq: seq + 1, at };
  return { ...body, hash: hashOf(hash, body) };
}

function hashOf(previous: string, body: unknown): string {
  return createHash('sha256')
    .update(canonicalJson([previous, body]))
    .digest('hex');
}

/** The new tail where the line follows from the old one, else what is wrong. */
export function follow(tail: Tail, { id, text }: StoredLine): Tail | Break {
  const expected = tail.seq + 1;
  const wrong = (why: string): Break => ({ seq: expected, why });
  const [, digits] = /^([1-9]\d*)-0$/.exec(id) ?? [];
  if (digits === undefined)
    return wrong(`an entry ${id} stands in its place, which no process of ours wrote`);
  if (Number(digits) > expected) return wrong(`it is missing; after line ${tail.seq} comes ${digits}`);
  const content = parsed(text);
  const marked = markedSchema.safeParse(content);
  if (!marked.success) return wrong('it cannot be read');
  const { seq, hash } = marked.data;
  if (seq !== expected) return wrong(`what stands there says that it is line ${seq}`);
  // A byte that changes the text and not its meaning was changed all the same.
  if (canonicalJson(content) !== text) return wrong('it is not written as it was stored');
  if (hashOf(tail.hash, without(content, 'hash')) !== hash) {
    return wrong(`its hash does not follow from line ${tail.seq} and what it says: one of them was changed`);
  }
  return { seq, hash };
}

const markedSchema = z.looseObject({ seq: z.number(), hash: z.string() });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function without(content: unknown, key: string): object {
  return Object.fromEntries(Object.entries(Object(content)).filter(([name]) => name !== key));
}
