// Where gas lies that is to be fetched: one hash per agent in Redis. It knows what was handed out and what was taken, and
// nothing of the states of a delivery.
import { z } from 'zod';
import { type Gas, gasSchema } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import { makeScript, type RedisScript } from '../../core/redis-script.ts';
import type { Redis } from '../../core/redis.ts';
import { ask } from '../record-reader.ts';

const entrySchema = z.object({ gas: gasSchema, handedAt: z.number().nullable() });
/** One gas that lies there. */
export type Lying = z.infer<typeof entrySchema>;

/** Each method throws SwarmError REDIS_* when Redis does not answer. */
export interface Mailbox {
  /** Changes nothing where it lies there, or was taken. */
  lay(gas: Gas): Promise<void>;
  /** Whether it lies there, or was taken. */
  has(gas: Gas): Promise<boolean>;
  /** Oldest first. @throws SwarmError RECORD_UNREADABLE */
  lying(agent: string): Promise<readonly Lying[]>;
  /** Notes that these were handed out; the first time stays. */
  handedOut(agent: string, those: readonly Lying[], at: number): Promise<void>;
  /** Its agent has it now: it is handed out no more. */
  taken(agent: string, id: string, at: number): Promise<void>;
  withdraw(gas: Gas): Promise<'withdrawn' | 'absent' | 'taken'>;
}

/** So many that were taken are remembered, of each agent. */
const keepTaken = 1_000;

export function createMailbox(
  { redis }: { readonly redis: Redis },
  options: { readonly prefix: string },
): Mailbox {
  const lyingKey = (agent: string) => `${options.prefix}:gas:mailbox:${agent}`;
  const takenKey = (agent: string) => `${options.prefix}:gas:mailbox-taken:${agent}`;
  const run = (script: RedisScript, agent: string, ...args: readonly string[]) =>
    ask(() => script(redis, [lyingKey(agent), takenKey(agent)], args));
  return {
    lay: async (gas) => {
      const entry: Lying = { gas, handedAt: null };
      await run(layScript, gas.to, gas.id, JSON.stringify(entry));
    },
    has: async ({ id, to }) => {
      const isLying = await ask(() => redis.hexists(lyingKey(to), id));
      return isLying === 1 || (await ask(() => redis.zscore(takenKey(to), id))) !== null;
    },
    lying: async (agent) => {
      const texts = await ask(() => redis.hgetall(lyingKey(agent)));
      const entries = Object.entries(texts).map(([id, text]) => decode(text, `${lyingKey(agent)} ${id}`));
      return entries.toSorted((a, b) => order(a) - order(b) || (a.gas.id < b.gas.id ? -1 : 1));
    },
    handedOut: async (agent, those, at) => {
      const fresh = those.filter(({ handedAt }) => handedAt === null);
      const args = fresh.flatMap((one) => [one.gas.id, JSON.stringify({ ...one, handedAt: at })]);
      if (args.length > 0) await run(handScript, agent, ...args);
    },
    taken: async (agent, id, at) => {
      await run(takeScript, agent, id, String(at), String(keepTaken));
    },
    withdraw: async ({ id, to }) => {
      const was = await run(withdrawScript, to, id);
      return was === 1 ? 'withdrawn' : was === 2 ? 'taken' : 'absent';
    },
  };
}

/** By time, and the checkpoints of one jump among themselves; what is left goes by its id, as in a folder. */
function order({ gas }: Lying): number {
  return gas.createdAt + (gas.checkpoint ?? 0) / 1_000;
}

function decode(text: string, where: string): Lying {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SwarmError(domainErrors.recordUnreadable, `Redis ${where}: ${z.prettifyError(parsed.error)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const layScript = makeScript(`
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])`);

// What was withdrawn or taken meanwhile must not come back.
const handScript = makeScript(`
for i = 1, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1`);

const takeScript = makeScript(`
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
return 1`);

const withdrawScript = makeScript(`
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 2 end
return 0`);
