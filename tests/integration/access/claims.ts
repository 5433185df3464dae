// The claims of uses that are under way, as if they were older than they are.
import type { Redis } from '../../../src/core/redis.ts';

/** Moves all of them back by so many ms; below zero: ahead. */
export async function ageClaims(redis: Redis, prefix: string, ms: number): Promise<void> {
  for (const key of await redis.keys(`${prefix}:limit:use:*`)) {
    for (const [field, at] of Object.entries(await redis.hgetall(key)))
      if (field.startsWith('claim:')) await redis.hset(key, field, Number(at) - ms);
  }
}
