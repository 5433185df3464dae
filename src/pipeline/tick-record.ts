// Which tick of each schedule became a job last, and which never did: in Redis, so that whoever starts after an outage
// knows what passed meanwhile. It decides nothing.
import type { Redis } from '../core/redis.ts';
import { ask } from './record-reader.ts';

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface TickRecord {
  /** The newest tick of a schedule that became a job, or from when on it is watched, ms since the epoch; null when never. */
  latest(schedule: string): Promise<number | null>;
  /** A tick became a job, or was judged; an older one than the newest changes nothing. */
  note(schedule: string, at: number): Promise<void>;
  /** Forgets what was of schedules that there are no more: whatever passes until they come back is not missed. */
  keepOnly(schedules: readonly string[]): Promise<void>;
  /** A tick does not run. Resolves to whether that is news. */
  skip(schedule: string, at: number): Promise<boolean>;
  /** Ticks that did not run since `since`, ms since the epoch, by schedule, oldest first. */
  skippedSince(since: number): Promise<ReadonlyMap<string, readonly number[]>>;
}

// Enough to tell of a day, bounded for a schedule of each minute.
const keepSkipped = 10_000;

/** Creates it over a command client. */
export function createTickRecord(redis: Redis, { prefix }: { readonly prefix: string }): TickRecord {
  const latestKey = `${prefix}:gas:ticks`;
  const skippedKey = `${prefix}:gas:ticks-skipped`;
  return {
    latest: async (schedule) => {
      const at = await ask(() => redis.zscore(latestKey, schedule));
      return at === null ? null : Number(at);
    },
    note: async (schedule, at) => {
      await ask(() => redis.zadd(latestKey, 'GT', at, schedule));
    },
    keepOnly: async (schedules) => {
      const known = await ask(() => redis.zrange(latestKey, 0, '-1'));
      const gone = known.filter((name) => !schedules.includes(name));
      if (gone.length > 0) await ask(() => redis.zrem(latestKey, ...gone));
    },
    skip: async (schedule, at) => {
      const added = await ask(() => redis.zadd(skippedKey, 'NX', at, `${at} ${schedule}`));
      await ask(() => redis.zremrangebyrank(skippedKey, 0, -1 - keepSkipped));
      return Number(added) === 1;
    },
    skippedSince: async (since) => {
      const found = new Map<string, number[]>();
      for (const member of await ask(() => redis.zrangebyscore(skippedKey, since, '+inf'))) {
        const [at = '', schedule = ''] = member.split(' ');
        found.set(schedule, [...(found.get(schedule) ?? []), Number(at)]);
      }
      return found;
    },
  };
}
