// Reads records out of hashes in Redis, each by itself: one that cannot be understood keeps no other back. Such a record
// is never overwritten, since it may say what was delivered already; a person mends it, or removes it and takes the
// price: without its record a run begins a new epoch, whose checkpoints fire again.
import type { z } from 'zod';
import { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { redisFault } from '../core/redis-faults.ts';
import { decodeRecord, type Found, type Held } from './records.ts';

/** `values` in the order asked for, null for what is missing or cannot be read; `unreadable` names the latter. */
export interface ManyRead<T> {
  readonly values: readonly (T | null)[];
  readonly unreadable: readonly string[];
}

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface RecordReader {
  /** @throws SwarmError RECORD_UNREADABLE */
  one<T>(hash: string, field: string, schema: z.ZodType<T>): Promise<Held<T>>;
  many<T>(hash: string, fields: readonly string[], schema: z.ZodType<T>): Promise<ManyRead<T>>;
}

export interface RecordReaderDeps {
  readonly redis: Redis;
  readonly logger: Logger;
}

export function createRecordReader({ redis, logger }: RecordReaderDeps): RecordReader {
  const broken = new Set<string>();

  /** Logs once that a record cannot be read, however often it is met. */
  function decode<T>(text: string, schema: z.ZodType<T>, where: string): Found<T> | SwarmError {
    const decoded = decodeRecord(text, schema, where);
    if (!(decoded instanceof SwarmError)) broken.delete(where);
    else if (!broken.has(where)) {
      broken.add(where);
      logger.error(
        { error: decoded.message },
        'a record cannot be read; it is left as it is, mend or remove it',
      );
    }
    return decoded;
  }

  return {
    one: async (hash, field, schema) => {
      const text = await ask(() => redis.hget(hash, field));
      if (text === null) return { version: 0, value: null };
      const decoded = decode(text, schema, `${hash} ${field}`);
      if (decoded instanceof SwarmError) throw decoded;
      return decoded;
    },
    many: async (hash, fields, schema) => {
      if (fields.length === 0) return { values: [], unreadable: [] };
      const texts = await ask(() => redis.hmget(hash, ...fields));
      const decoded = texts.map((text, i) =>
        text === null ? null : decode(text, schema, `${hash} ${fields[i]}`),
      );
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
