// A Redis hash of the newest word on each thing, shared by all replicas: an older word never replaces a newer one,
// and things not heard of for a week are forgotten. Reading needs Redis alone.
import { z } from 'zod';
import { coreErrors, toSwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';

/** One word on one thing. */
export interface Word {
  /** What it is about. */
  readonly field: string;
  /** When it was said, ms since the epoch; decides which is newer. */
  readonly at: number;
  /** When it was heard, ms since the epoch on our clock; decides what is forgotten. */
  readonly heardAt: number;
  readonly value: unknown;
}

const forgottenAfterMs = 7 * 24 * 3_600_000;

// Same-millisecond words keep the order of arrival, so only a strictly older one is refused.
const putScript = `
local function decoded(text)
  local ok, entry = pcall(cjson.decode, text)
  return ok and type(entry) == 'table' and entry or { at = 0, heardAt = 0 }
end
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and decoded(held).at > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if decoded(all[i + 1]).heardAt < tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], all[i]) end
end
return 1`;

const entrySchema = z.object({ at: z.number(), heardAt: z.number(), value: z.unknown() });

/** Stores a word unless a newer one is held. @throws SwarmError REDIS_UNAVAILABLE */
export async function putNewest(redis: Redis, key: string, word: Word): Promise<void> {
  const { field, at, heardAt, value } = word;
  const entry = JSON.stringify({ at, heardAt, value });
  try {
    await redis.eval(putScript, 1, key, field, entry, at, heardAt - forgottenAfterMs);
  } catch (thrown) {
    throw toSwarmError(thrown, coreErrors.redisUnavailable);
  }
}

/** The values that fit the schema, ordered by field; one that does not (an older version's) is left out until it is said anew. @throws SwarmError REDIS_UNAVAILABLE */
export async function readNewest<S extends z.ZodType>(
  redis: Redis,
  key: string,
  schema: S,
): Promise<z.infer<S>[]> {
  const stored = await redis.hgetall(key).catch((thrown: unknown) => {
    throw toSwarmError(thrown, coreErrors.redisUnavailable);
  });
  return Object.entries(stored)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => schema.safeParse(spokenIn(text)))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []));
}

function spokenIn(text: string): unknown {
  try {
    return entrySchema.safeParse(JSON.parse(text)).data?.value;
  } catch {
    return undefined;
  }
}
