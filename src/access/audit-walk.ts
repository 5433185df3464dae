// Reading the record: all of it in its order, the newest that fit, and whether it is whole. Changes nothing.
import { derivedId } from '../contracts/ids.ts';
import { SwarmError } from '../core/errors.ts';
import { redisFault } from '../core/redis-faults.ts';
import type { Redis } from '../core/redis.ts';
import { type AuditFilter, type AuditLine, auditLineSchema, type AuditReader } from './audit.ts';
import type { Anchor } from './audit-anchor.ts';
import { type Break, follow, genesis, type StoredLine, type Tail } from './audit-chain.ts';
import { type AuditKeys, keysOf, readTail } from './audit-keys.ts';

/** What came of a look at the whole chain. */
export interface Verification {
  /** Lines that follow from each other, from the first on. */
  readonly lines: number;
  /** The end of those. */
  readonly tail: Tail;
  /** Null when all is as it was written. */
  readonly broken: Break | null;
}

export interface AuditRecord extends AuditReader {
  /** Every line as it is stored, oldest first. @throws SwarmError REDIS_* */
  lines(): AsyncIterable<StoredLine>;
  /** Follows the chain from its first line to its tail, and past the anchor. @throws SwarmError REDIS_* */
  verify(anchor: Anchor | null): Promise<Verification>;
  /** What is wrong with the tail alone, seen from an anchor: a look at one line. @throws SwarmError REDIS_* */
  holds(anchor: Anchor): Promise<boolean>;
  /** Null while there is no line. @throws SwarmError REDIS_* */
  tail(): Promise<Tail | null>;
}

const pageSize = 500;

/** Opens the record for reading. */
export function createAuditRecord(
  { redis }: { readonly redis: Redis },
  { prefix }: { readonly prefix: string },
): AuditRecord {
  const keys = keysOf(prefix);
  return {
    lines: () => forward(redis, keys),
    query: async (filter, { limit, most = Number.POSITIVE_INFINITY }) => {
      const found: AuditLine[] = [];
      let [looked, unreadable] = [0, 0];
      for await (const { text } of backward(redis, keys)) {
        // One more than may be looked at tells that there is more.
        if (looked === most || found.length === limit) {
          return { lines: found, looked, unreadable, complete: false };
        }
        looked += 1;
        const line = readable(text);
        if (line === null) unreadable += 1;
        else if (fits(line, filter)) found.push(line);
      }
      return { lines: found, looked, unreadable, complete: true };
    },
    find: async (correlationId, event) => {
      const mark = keys.mark(derivedId('audit', correlationId, event, ''));
      const seq = await overRedis(() => redis.get(mark));
      const [entry] =
        seq === null ? [] : await overRedis(() => redis.xrange(keys.lines, `${seq}-0`, `${seq}-0`));
      const line = entry === undefined ? null : readable(toStored(entry).text);
      return line?.correlationId === correlationId && line.event === event ? line : null;
    },
    verify: (anchor) => verify(redis, keys, anchor),
    holds: async ({ seq, hash }) => {
      const id = `${seq}-0`;
      const [entry] = await overRedis(() => redis.xrange(keys.lines, id, id));
      return entry !== undefined && readable(toStored(entry).text)?.hash === hash;
    },
    tail: () => overRedis(() => readTail(redis, keys)),
  };
}

async function verify(redis: Redis, keys: AuditKeys, anchor: Anchor | null): Promise<Verification> {
  // Lines that are appended while we look are looked at, too; the tail of the beginning must be among them.
  const before = await overRedis(() => readTail(redis, keys));
  let tail = genesis;
  const end = (broken: Break | null): Verification => ({ lines: tail.seq, tail, broken });
  for await (const stored of forward(redis, keys)) {
    const next = follow(tail, stored);
    if ('why' in next) return end(next);
    const { seq } = next;
    if (seq === before?.seq && next.hash !== before.hash) {
      return end({ seq, why: 'its hash is not the one that the tail of the record names' });
    }
    if (seq === anchor?.seq && next.hash !== anchor.hash) {
      return end({ seq, why: `it was another line on ${dateOf(anchor)}, when it was anchored` });
    }
    tail = next;
  }
  return end(await missing(redis, keys, { tail, before, anchor }));
}

interface Walked {
  readonly tail: Tail;
  readonly before: Tail | null;
  readonly anchor: Anchor | null;
}

/** What must be behind the last line, and is not; or is there and must not. */
async function missing(
  redis: Redis,
  keys: AuditKeys,
  { tail, before, anchor }: Walked,
): Promise<Break | null> {
  const seq = tail.seq + 1;
  if (before !== null && before.seq > tail.seq) {
    return { seq, why: `it is missing, and all behind it; the tail of the record is line ${before.seq}` };
  }
  if (anchor !== null && anchor.seq > tail.seq) {
    return {
      seq,
      why: `it is missing, and all behind it; line ${anchor.seq} was there on ${dateOf(anchor)}, when it was anchored`,
    };
  }
  const after = await overRedis(() => readTail(redis, keys));
  if (tail.seq <= (after?.seq ?? 0)) return null;
  return { seq: (after?.seq ?? 0) + 1, why: 'it stands behind the tail of the record; none of us wrote it' };
}

function dateOf({ at }: Anchor): string {
  return new Date(at).toISOString();
}

async function* forward(redis: Redis, keys: AuditKeys): AsyncGenerator<StoredLine> {
  let from = '-';
  for (;;) {
    const start = from;
    const page = await overRedis(() => redis.xrange(keys.lines, start, '+', 'COUNT', pageSize));
    for (const entry of page) yield toStored(entry);
    const last = page.at(-1);
    if (last === undefined) return;
    from = `(${last[0]}`;
  }
}

async function* backward(redis: Redis, keys: AuditKeys): AsyncGenerator<StoredLine> {
  let from = '+';
  for (;;) {
    const start = from;
    const page = await overRedis(() => redis.xrevrange(keys.lines, start, '-', 'COUNT', pageSize));
    for (const entry of page) yield toStored(entry);
    const last = page.at(-1);
    if (last === undefined) return;
    from = `(${last[0]}`;
  }
}

function toStored([id, fields]: readonly [string, readonly string[]]): StoredLine {
  // An entry with other fields than ours cannot be read as one of ours.
  return { id, text: fields.length === 2 && fields[0] === 'line' ? (fields[1] ?? '') : '' };
}

/** Null for what is no line of ours. */
function readable(text: string): AuditLine | null {
  try {
    return auditLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function fits(line: AuditLine, filter: AuditFilter): boolean {
  const { person, command, correlationId, event, since, until, word } = filter;
  return (
    (person === undefined || line.person === person || line.principal === person) &&
    (command === undefined || inOneWord(line.command) === inOneWord(command)) &&
    (correlationId === undefined || line.correlationId.startsWith(correlationId)) &&
    (event === undefined || line.event === event) &&
    (since === undefined || line.at >= since) &&
    (until === undefined || line.at <= until) &&
    (word === undefined || wordsOf(line).includes(word))
  );
}

function wordsOf({ person, principal, command, correlationId, args }: AuditLine): string[] {
  return [person, principal, command, correlationId, ...Object.values(args)];
}

async function overRedis<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    throw thrown instanceof SwarmError ? thrown : redisFault(thrown);
  }
}

/** `queue-discard` is `queue discard`, since a filter is typed without quotes. */
function inOneWord(command: string): string {
  return command.replaceAll(' ', '-');
}
