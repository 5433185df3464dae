// What the watch remembers, in Redis: one record per agent, changed only where nobody else has changed it since.

import type { Redis } from '../../core/redis.ts';
import { makeScript } from '../../core/redis-script.ts';
import { ask, createRecords, type RecordReaderDeps } from '../record-reader.ts';
import { encodeRecord, type Held } from '../records.ts';
import { type Watch, watchSchema } from './record.ts';

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface WatchStore {
  /** @throws SwarmError RECORD_UNREADABLE */
  one(agent: string): Promise<Held<Watch>>;
  /** In the order of `agents`; null for one that was never looked at, or whose record cannot be read. */
  many(agents: readonly string[]): Promise<readonly (Watch | null)[]>;
  /** Resolves to the record as it is held now; null when somebody else changed it, and then nothing was written. */
  save(held: Held<Watch>, watch: Watch): Promise<Held<Watch> | null>;
}

const script = makeScript(`
local held = redis.call('HGET', KEYS[1], ARGV[1])
local version = held and string.match(held, '^%d+') or '0'
if version ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`);

/** Creates the store. */
export function createWatchStore(
  deps: RecordReaderDeps,
  { prefix }: { readonly prefix: string },
): WatchStore {
  const redis: Redis = deps.redis;
  const key = `${prefix}:stall:watch`;
  const records = createRecords(deps, key, watchSchema);
  return {
    one: (agent) => records.one(agent),
    many: async (agents) => (await records.many(agents)).values,
    save: async ({ version }, watch) => {
      const text = encodeRecord(version + 1, watch);
      const next = { version: version + 1, value: watch, text };
      const saved = await ask(() => script(redis, [key], [watch.agent, version, text]));
      if (saved !== 1) return null;
      records.wrote(watch.agent, next);
      return next;
    },
  };
}
