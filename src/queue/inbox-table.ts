// Effective once: below us everything is delivered at least once, so what was done is written down under its job id.
import type { Redis } from '../core/redis.ts';

const keepSeconds = 7 * 24 * 3_600;

export interface InboxTable {
  isDone(jobId: string): Promise<boolean>;
  markDone(jobId: string): Promise<void>;
}

export function createInboxTable(redis: Redis, prefix: string): InboxTable {
  const key = (jobId: string) => `${prefix}:inbox:${jobId}`;
  return {
    isDone: async (jobId) => (await redis.exists(key(jobId))) === 1,
    markDone: async (jobId) => {
      await redis.set(key(jobId), '1', 'EX', keepSeconds);
    },
  };
}
