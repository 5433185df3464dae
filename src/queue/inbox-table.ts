// Effective once: below us everything is delivered at least once, so what was done is written down under its job id. The
// newest of them are kept: a repetition comes seconds after the first run, or is blocked by the queue's own memory.
import type { Redis } from '../core/redis.ts';

// Seven seconds of what one Redis can carry at most, and days of what it mostly does; about 5 MB.
const keepCount = 50_000;

/** KEYS: the table. ARGV: job id, how many are kept. By Redis' time, so that no machine's clock forgets what is new. */
const markScript = `
local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000), ARGV[1])
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])`;

export interface InboxTable {
  isDone(jobId: string): Promise<boolean>;
  markDone(jobId: string): Promise<void>;
}

/** @param keep how many are kept; default 50,000 */
export function createInboxTable(redis: Redis, prefix: string, keep = keepCount): InboxTable {
  const key = `${prefix}:inbox`;
  return {
    isDone: async (jobId) => (await redis.zscore(key, jobId)) !== null,
    markDone: async (jobId) => {
      await redis.eval(markScript, 1, key, jobId, keep);
    },
  };
}
