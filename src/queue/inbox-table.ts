// Effective once: below us everything is delivered at least once, so what was done is written down under its job id. A job
// is `begun` by one process after the other until it is done; one that was begun and neither ended nor done died with its
// process, and whether it was the job that ended the process is judged here as well as anybody can.
import { z } from 'zod';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

// The newest of what was done is kept: a repetition comes seconds after the first run, or is blocked by the queue's own
// memory. Seven seconds of what one Redis can carry at most, and days of what it mostly does; about 5 MB.
const keepCount = 50_000;
const keepSeconds = 7 * 24 * 3_600;

/** What is known of a job at the moment it is begun. */
export interface Begun {
  /** Done before; nothing is left to do. */
  readonly done: boolean;
  /** Processes in a row that died over it, as far as it is to blame. */
  readonly deaths: number;
  /** Who called it off; null when nobody did. */
  readonly cancelledBy: string | null;
}

export interface InboxTable {
  isDone(jobId: string): Promise<boolean>;
  /** Written before the handler runs, in one step with what is asked. */
  begin(jobId: string): Promise<Begun>;
  /** It came to an end, though it is not done; or it went on far enough to be no danger to its process. */
  survived(jobId: string): Promise<void>;
  markDone(jobId: string): Promise<void>;
  /** Calls it off, whenever it is begun. */
  cancel(jobId: string, by: string): Promise<void>;
  /** Of those that run here, the ones that were called off, with who did. */
  cancelled(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface InboxTableOptions {
  readonly prefix: string;
  /** Names the process; another at each start of it. */
  readonly instance: string;
  /** How many of those that are done are kept; default 50,000. */
  readonly keep?: number;
}

export function createInboxTable(
  redis: Redis,
  { prefix, instance, keep = keepCount }: InboxTableOptions,
): InboxTable {
  const table = `${prefix}:inbox`;
  const begunKey = (jobId: string) => `${table}:${jobId}:begun`;
  const cancelKey = (jobId: string) => `${table}:${jobId}:cancelled`;
  const lastKey = `${prefix}:inbox-last:`;
  return {
    isDone: async (jobId) => (await redis.zscore(table, jobId)) !== null,
    begin: async (jobId) => {
      const keys = [table, begunKey(jobId), cancelKey(jobId)];
      const given = [jobId, instance, lastKey, String(keepSeconds)];
      const [done, deaths, cancelledBy] = answerSchema.parse(await beginScript(redis, keys, given));
      return { done: done === 1, deaths, cancelledBy };
    },
    survived: async (jobId) => {
      await redis.del(begunKey(jobId));
    },
    markDone: async (jobId) => {
      await markScript(redis, [table, begunKey(jobId)], [jobId, keep]);
    },
    cancel: async (jobId, by) => {
      await redis.set(cancelKey(jobId), by, 'EX', keepSeconds);
    },
    cancelled: async (jobIds) => {
      if (jobIds.length === 0) return new Map();
      const words = await redis.mget(...jobIds.map(cancelKey));
      return new Map(jobIds.flatMap((jobId, i) => (words[i] == null ? [] : [[jobId, words[i]] as const])));
    },
  };
}

const answerSchema = z.tuple([z.number(), z.number(), z.string().nullable()]);

// A kill from outside looks the same from here, so a death counts against a job only where it may well have been the
// reason: it was the last that its process had begun, it had told no progress since (see `survived`), and it is begun by
// another process now. A job that goes on for long, such as a restart that awaits its service, tells progress, and is not
// blamed for a deploy or a chaos test; the library's own count of stalls ends it in the end.
const beginScript = makeScript(`
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {1, 0, false} end
local held = redis.call('HMGET', KEYS[2], 'instance', 'deaths')
local deaths = tonumber(held[2] or '0')
if held[1] and held[1] ~= ARGV[2] then
  if redis.call('GET', ARGV[3] .. held[1]) == ARGV[1] then deaths = deaths + 1 end
end
redis.call('HSET', KEYS[2], 'instance', ARGV[2], 'deaths', deaths)
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('SET', ARGV[3] .. ARGV[2], ARGV[1], 'EX', ARGV[4])
return {0, deaths, redis.call('GET', KEYS[3])}`);

/** KEYS: the table, the job as begun. ARGV: job id, how many are kept. By Redis' time, so that no machine's clock forgets what is new. */
const markScript = makeScript(`
local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000), ARGV[1])
redis.call('DEL', KEYS[2])
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])`);
