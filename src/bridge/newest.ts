// A Redis hash of the newest word on each thing, shared by all replicas: an older word never replaces a newer one,
// and things not heard of for a week are forgotten. Reading needs Redis alone.
import { z } from 'zod';
import { redisFault } from '../core/redis-faults.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

/** One word on one thing. */
export interface Word {
  /** What it is about. */
  readonly field: string;
  /** When it was said, ms since the epoch on the speaker's clock; decides which is newer. Counts as at most 2 s after `heardAt`. */
  readonly at: number;
  /** When it was heard, ms since the epoch on our clock; decides what is forgotten. */
  readonly heardAt: number;
  readonly value: unknown;
}

const forgottenAfterMs = 7 * 24 * 3_600_000;
// How far a clock may be ahead of ours. What claims to be later still would silence every true word after it.
const aheadMs = 2_000;

// What is forgotten is looked for once a minute: each word would else cost as much as there are things.
// Same-millisecond words keep the order of arrival, so only a strictly older one is refused. What is held and cannot be
// read, or comes from the future (our clock was set back), is as old as can be.
const putScript = makeScript(`
local at, latest, forgotten = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local function times(text)
  local ok, entry = pcall(cjson.decode, text)
  local fits = ok and type(entry) == 'table' and type(entry.at) == 'number' and type(entry.heardAt) == 'number'
  return fits and entry or { at = 0, heardAt = 0 }
end
local held = redis.call('HGET', KEYS[1], ARGV[1])
local heldAt = held and times(held).at or 0
if heldAt > at and heldAt <= latest then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', 60) then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if times(all[i + 1]).heardAt < forgotten then redis.call('HDEL', KEYS[1], all[i]) end
  end
end
return 1`);

const entrySchema = z.object({ at: z.number(), heardAt: z.number(), value: z.unknown() });

/** Stores a word unless a newer one is held. @throws SwarmError REDIS_* */
export async function putNewest(redis: Redis, key: string, word: Word): Promise<void> {
  const { field, heardAt, value } = word;
  const latest = heardAt + aheadMs;
  const at = Math.min(word.at, latest);
  const entry = JSON.stringify({ at, heardAt, value });
  try {
    const keys = [key, `${key}:swept`];
    await putScript(redis, keys, [field, entry, at, latest, heardAt - forgottenAfterMs]);
  } catch (thrown) {
    throw redisFault(thrown);
  }
}

/** The values that fit the schema, ordered by field; one that does not (an older version's) is left out until it is said anew. @throws SwarmError REDIS_* */
export async function readNewest<S extends z.ZodType>(
  redis: Redis,
  key: string,
  schema: S,
): Promise<z.infer<S>[]> {
  const stored = await redis.hgetall(key).catch((thrown: unknown) => {
    throw redisFault(thrown);
  });
  return Object.entries(stored)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => schema.safeParse(spokenIn(text)))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []));
}

/** The fields alone, in order; also of values that cannot be read. @throws SwarmError REDIS_* */
export async function namesOfNewest(redis: Redis, key: string): Promise<readonly string[]> {
  const names = await redis.hkeys(key).catch((thrown: unknown) => {
    throw redisFault(thrown);
  });
  return names.toSorted();
}

/** As `readNewest`, of one thing; null when nothing that fits is held. @throws SwarmError REDIS_* */
export async function readNewestOf<S extends z.ZodType>(
  redis: Redis,
  { key, field }: { readonly key: string; readonly field: string },
  schema: S,
): Promise<z.infer<S> | null> {
  const text = await redis.hget(key, field).catch((thrown: unknown) => {
    throw redisFault(thrown);
  });
  const parsed = schema.safeParse(text === null ? undefined : spokenIn(text));
  return parsed.success ? parsed.data : null;
}

function spokenIn(text: string): unknown {
  try {
    return entrySchema.safeParse(JSON.parse(text)).data?.value;
  } catch {
    return undefined;
  }
}
