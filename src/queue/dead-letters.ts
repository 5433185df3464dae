// Where jobs lie that were given up: each whole, with why, until somebody redrives or discards it. Bounded in number and
// age; what the bound removes is told to whoever put the last one.
import {
  type DeadLetter,
  type DeadLetterList,
  deadLetterSchema,
  type LetterFound,
} from '../contracts/queues.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

export interface DeadLetters {
  /** Replaces what lay there of the same job. Resolves to the names of those that the bound removed. */
  put(letter: DeadLetter): Promise<readonly string[]>;
  has(queue: string, id: string): Promise<boolean>;
  /** The newest `limit`; of one queue, where it is named. What cannot be read is left out, and counted in the total. */
  list(limit: number, queue?: string): Promise<DeadLetterList>;
  /** By the id of its job or the beginning of it. */
  find(id: string): Promise<LetterFound>;
  /** Takes it away, unless its job was given up anew since it was read. */
  remove(letter: DeadLetter): Promise<void>;
  /** How many there are, by queue. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

export interface DeadLettersOptions {
  readonly prefix: string;
  /** Default 1,000. */
  readonly most?: number;
  /** Default 30 days. */
  readonly keepMs?: number;
}

export function createDeadLetters(
  redis: Redis,
  { prefix, most = 1_000, keepMs = 30 * 24 * 3_600_000 }: DeadLettersOptions,
): DeadLetters {
  const keys = [`${prefix}:dead:letters`, `${prefix}:dead:order`, `${prefix}:dead:cut`] as const;
  const [letters, order, cut] = keys;
  const read = async (names: readonly string[]): Promise<DeadLetter[]> => {
    if (names.length === 0) return [];
    return (await redis.hmget(letters, ...names)).flatMap((text) => decoded(text) ?? []);
  };
  /** The newest first. */
  const names = () => redis.zrange(order, '+inf', '-inf', 'BYSCORE', 'REV');
  return {
    put: async (letter) => {
      const given = [nameOf(letter), JSON.stringify(letter), String(letter.lastAt)];
      const bounds = [String(most), String(letter.lastAt - keepMs)];
      const gone = await putScript(redis, keys, [...given, ...bounds]);
      return Array.isArray(gone) ? gone.map(String) : [];
    },
    has: async (queue, id) => (await redis.hexists(letters, nameOf({ queue, id }))) === 1,
    list: async (limit, queue) => {
      const [all, removed] = await Promise.all([names(), redis.get(cut)]);
      const wanted = queue === undefined ? all : all.filter((name) => queueOfName(name) === queue);
      return {
        letters: await read(wanted.slice(0, limit)),
        total: wanted.length,
        cut: Number(removed ?? 0),
      };
    },
    find: async (id) => {
      const all = await names();
      const exact = all.filter((name) => idOfName(name) === id);
      const found = exact.length > 0 ? exact : all.filter((name) => idOfName(name).startsWith(id));
      const [letter = null] = found.length === 1 ? await read(found) : [];
      return { letter, ids: found.map(idOfName) };
    },
    remove: async (letter) => {
      await removeScript(redis, [letters, order], [nameOf(letter), letter.lastAt]);
    },
    counts: async () => {
      const counts = new Map<string, number>();
      for (const name of await names()) {
        const queue = queueOfName(name);
        counts.set(queue, (counts.get(queue) ?? 0) + 1);
      }
      return counts;
    },
  };
}

// Neither may contain a slash before the other begins: the name of a queue has none.
function nameOf({ queue, id }: Pick<DeadLetter, 'queue' | 'id'>): string {
  return `${queue}/${id}`;
}

function queueOfName(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function idOfName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

function decoded(text: string | null): DeadLetter | null {
  if (text === null) return null;
  try {
    return deadLetterSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const putScript = makeScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[5])
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1 - ARGV[4])) do table.insert(gone, name) end
local told = {}
for _, name in ipairs(gone) do
  if redis.call('ZREM', KEYS[2], name) == 1 then
    redis.call('HDEL', KEYS[1], name)
    redis.call('INCR', KEYS[3])
    table.insert(told, name)
  end
end
return told`);

const removeScript = makeScript(`
if redis.call('ZSCORE', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`);
