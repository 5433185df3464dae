// Learnings in Redis, the newest of them, and a number that grows with each: it tells an index whether it knows all.
import { type Learning, learningSchema } from '../../contracts/brain.ts';
import { makeGatherer, type Rhythm } from '../../core/gather.ts';
import { makeScript } from '../../core/redis-script.ts';
import type { Redis } from '../../core/redis.ts';
import { ask } from '../record-reader.ts';

/** Each method throws SwarmError REDIS_* when Redis does not answer. */
export interface LearningStore {
  /** False when one of that id is there; then nothing changes. */
  put(learning: Learning): Promise<boolean>;
  /** Grows with each change. */
  version(): Promise<string>;
  /** Of all that are kept. */
  ids(): Promise<readonly string[]>;
  /** Those of `ids` that can be read. */
  get(ids: readonly string[]): Promise<readonly Learning[]>;
}

export interface LearningStoreDeps {
  readonly redis: Redis;
  /** In which the version is asked for. Default: turn by turn. */
  readonly rhythm?: Rhythm;
}

export interface LearningStoreOptions {
  /** Carries the hash tag. */
  readonly prefix: string;
  readonly keep: number;
  readonly keepMs: number;
}

const script = makeScript(`
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local old = redis.call('ZRANGE', KEYS[2], 0, -1 - ARGV[4])
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', ARGV[5], 'BYSCORE')) do table.insert(old, id) end
for _, id in ipairs(old) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[1], id)
end
redis.call('INCR', KEYS[3])
return 1`);

/** Creates the store. */
export function createLearningStore(
  { redis, rhythm }: LearningStoreDeps,
  { prefix, keep, keepMs }: LearningStoreOptions,
): LearningStore {
  const key = (name: string) => `${prefix}:brain:${name}`;
  const [learnings, byTime, version] = [key('learnings'), key('by-time'), key('version')];
  const askVersion = makeGatherer<undefined, string>(
    async (all) => {
      const now = (await ask(() => redis.get(version))) ?? '0';
      return all.map(() => now);
    },
    { maxItems: Number.POSITIVE_INFINITY, ...(rhythm && { rhythm }) },
  );
  return {
    put: async (learning) => {
      const { id, at } = learning;
      const args = [id, JSON.stringify(learning), String(at), String(keep), String(at - keepMs)];
      return (await ask(() => script(redis, [learnings, byTime, version], args))) === 1;
    },
    version: async () => (await askVersion(undefined)) ?? '0',
    ids: () => ask(() => redis.zrange(byTime, 0, '-1')),
    get: async (ids) => {
      if (ids.length === 0) return [];
      const texts = await ask(() => redis.hmget(learnings, ...ids));
      return texts.flatMap((text) => {
        const parsed = learningSchema.safeParse(text === null ? null : parseJson(text));
        return parsed.success ? [parsed.data] : [];
      });
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
