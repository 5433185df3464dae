// What the watch remembers, in Redis: one record per agent, changed only where nobody else has changed it since.

import { makeGatherer } from '../../core/gather.ts';
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
local answers = {}
for i = 1, #ARGV, 3 do
  local held = redis.call('HGET', KEYS[1], ARGV[i])
  local isSame = (held and string.match(held, '^%d+') or '0') == ARGV[i + 1]
  if isSame then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
  answers[#answers + 1] = isSame and 1 or 0
end
return answers`);

/** So many go in one script: Redis serves nobody else meanwhile. */
const mostAtOnce = 100;

/** Creates the store. */
export function createWatchStore(
  deps: RecordReaderDeps,
  { prefix }: { readonly prefix: string },
): WatchStore {
  const redis: Redis = deps.redis;
  const key = `${prefix}:stall:watch`;
  const records = createRecords(deps, key, watchSchema);
  const write = makeGatherer(
    async (all: readonly (readonly string[])[]) => {
      const answers = await ask(() => script(redis, [key], all.flat()));
      return Array.isArray(answers) ? answers : [];
    },
    { maxItems: mostAtOnce },
  );
  return {
    one: (agent) => records.one(agent),
    many: async (agents) => (await records.many(agents)).values,
    save: async ({ version }, watch) => {
      const text = encodeRecord(version + 1, watch);
      const next = { version: version + 1, value: watch, text };
      if ((await write([watch.agent, String(version), text])) !== 1) return null;
      records.wrote(watch.agent, next);
      return next;
    },
  };
}
