// Reads records out of hashes in Redis, each by itself: one that cannot be understood keeps no other back. Such a record
// is never overwritten, since it may say what was delivered already; a person mends it, or removes it and takes the
// price: without its record a run begins a new epoch, whose checkpoints fire again.
import type { z } from 'zod';
import { SwarmError } from '../core/errors.ts';
import { makeGatherer, makeRhythm, type Rhythm } from '../core/gather.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { redisFault } from '../core/redis-faults.ts';
import { decodeRecord, type Held, type Known } from './records.ts';

/** `values` in the order asked for, null for what is missing or cannot be read; `unreadable` names the latter. */
export interface ManyRead<T> {
  readonly values: readonly (T | null)[];
  readonly unreadable: readonly string[];
}

/** The records of one hash. Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface Records<T> {
  /** @throws SwarmError RECORD_UNREADABLE */
  one(field: string): Promise<Held<T>>;
  many(fields: readonly string[]): Promise<ManyRead<T>>;
  /** As it was last read or written here, without asking Redis: only to be compared with what Redis has. */
  known(field: string): Known<T> | null;
  /** A record that was written here is not parsed anew while Redis has that very text. */
  wrote(field: string, record: Known<T>): void;
}

export interface RecordReaderDeps {
  readonly redis: Redis;
  readonly logger: Logger;
}

/**
 * Where five are asked for at one moment more are about to be: at 10,000 reports a second these milliseconds, which no agent
 * feels, save a third of what a report costs (docs/benchmarks.md, P19).
 */
const whileBusy = { fromItems: 5, ms: 15 };

/** In which what is read and written of all records goes to Redis. */
export function makeStoreRhythm(): Rhythm {
  return makeRhythm(whileBusy);
}

/** So many records go in one answer: Redis serves nobody else meanwhile. */
const mostAtOnce = 200;
/** More than these are a look at the swarm, which waits for nobody. */
const few = 20;
/** Of so many the text is remembered; about 1 kB each. */
const mostKept = 20_000;

export function createRecords<T>(
  { redis, logger }: RecordReaderDeps,
  hash: string,
  schema: z.ZodType<T>,
  rhythm = makeStoreRhythm(),
): Records<T> {
  const broken = new Set<string>();
  // Redis is asked each time, so that a record of another process is seen; only what has not changed is not parsed again.
  const kept = new Map<string, Known<T>>();
  const askAll = (fields: readonly string[]) => ask(() => redis.hmget(hash, ...fields));
  const askOne = makeGatherer<string, string | null>(askAll, { maxItems: mostAtOnce, rhythm });
  const askFew = async (fields: readonly string[]) =>
    (await Promise.all(fields.map(askOne))).map((text) => text ?? null);

  function keep(field: string, record: Known<T>): void {
    kept.set(field, record);
    if (kept.size <= mostKept) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  }

  /** Logs once that a record cannot be read, however often it is met. */
  function decode(field: string, text: string): Known<T> | SwarmError {
    const known = kept.get(field);
    if (known?.text === text) return known;
    const where = `${hash} ${field}`;
    const decoded = decodeRecord(text, schema, where);
    if (!(decoded instanceof SwarmError)) {
      broken.delete(field);
      const record = { ...decoded, text };
      keep(field, record);
      return record;
    }
    kept.delete(field);
    if (!broken.has(field)) {
      broken.add(field);
      logger.error(
        { error: decoded.message },
        'a record cannot be read; it is left as it is, mend or remove it',
      );
    }
    return decoded;
  }

  return {
    known: (field) => kept.get(field) ?? null,
    wrote: keep,
    one: async (field) => {
      const text = (await askOne(field)) ?? null;
      if (text === null) return { version: 0, value: null };
      const decoded = decode(field, text);
      if (decoded instanceof SwarmError) throw decoded;
      return decoded;
    },
    many: async (fields) => {
      if (fields.length === 0) return { values: [], unreadable: [] };
      const texts = await (fields.length > few ? askAll(fields) : askFew(fields));
      const decoded = texts.map((text, i) => (text === null ? null : decode(fields[i] ?? '', text)));
      return {
        values: decoded.map((record) => (record instanceof SwarmError ? null : (record?.value ?? null))),
        unreadable: fields.filter((_, i) => decoded[i] instanceof SwarmError),
      };
    },
  };
}

/** Converts whatever the client throws. @throws SwarmError REDIS_* */
export async function ask<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (thrown) {
    throw redisFault(thrown);
  }
}
