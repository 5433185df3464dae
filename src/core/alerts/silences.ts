// Silences lie in Redis, so that all processes keep the same ones. While Redis is away the last that were read hold on.
import { z } from 'zod';
import type { Redis } from '../redis.ts';
import type { Silence } from './alert.ts';

const untilSchema = z.coerce.number().int();

/** More would be a fault of whoever makes them. */
const atMost = 200;

export interface Silences {
  /** Those that hold now. @throws what Redis met */
  list(now: number): Promise<readonly Silence[]>;
  /** Silences a pattern until then; one of the past takes the silence away. @throws what Redis met */
  put(silence: Silence, now: number): Promise<void>;
}

export function createSilences(redis: Redis, { prefix }: { readonly prefix: string }): Silences {
  const key = `${prefix}:alert-silences`;
  return {
    list: async (now) => {
      const all = Object.entries(await redis.hgetall(key)).map(([pattern, until]) => ({
        pattern,
        until: untilSchema.parse(until),
      }));
      const past = all.filter(({ until }) => until <= now).map(({ pattern }) => pattern);
      if (past.length > 0) await redis.hdel(key, ...past);
      return all.filter(({ until }) => until > now).slice(0, atMost);
    },
    put: async ({ pattern, until }, now) => {
      if (until <= now) await redis.hdel(key, pattern);
      else await redis.hset(key, pattern, String(until));
    },
  };
}
