// The storm breaker: copies of one text to one receiver, each under an id of its own, are one delivery. A script that
// takes a failure for a new message has sent one text 577 times in 81 minutes; here the second is stopped, and told.
import { createHash } from 'node:crypto';
import type { Kept } from '../contracts/jobs.ts';
import type { DeliveredText } from '../contracts/lanes.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

export interface StormDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface StormOptions {
  readonly prefix: string;
  /** From the last copy until the same text is a new one again, ms. */
  readonly windowMs: number;
}

// Each copy makes the window begin anew: a storm that goes on is one storm.
const script = makeScript(`
local held = redis.call('HGET', KEYS[1], 'id')
if held == ARGV[1] then return {held, 0} end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if held then return {held, redis.call('HINCRBY', KEYS[1], 'copies', 1)} end
redis.call('HSET', KEYS[1], 'id', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {ARGV[1], 0}`);

// A copy of a delivery that is known already holds nothing.
const forgetting = makeScript(`
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end`);

/** Both reject with what Redis throws. */
export interface Breaker {
  /** Resolves to what a copy is a copy of, or to null. */
  stops(text: DeliveredText): Promise<Extract<Kept, { kept: 'copy' }> | null>;
  /** It came to nothing: the same words under another id are a new text. */
  forget(text: DeliveredText): Promise<void>;
}

export function createBreaker(
  { redis, clock, logger }: StormDeps,
  { prefix, windowMs }: StormOptions,
): Breaker {
  const keyOf = ({ to, parts }: DeliveredText) => {
    const digest = createHash('sha256').update(JSON.stringify([to, ...parts]));
    return `${prefix}:storm:${digest.digest('hex').slice(0, 32)}`;
  };
  const stops: Breaker['stops'] = async (text) => {
    const { id, to } = text;
    const answer = await script(redis, [keyOf(text)], [id, windowMs]);
    const [of, copies] = Array.isArray(answer) ? answer.map(String) : [];
    if (of === undefined || of === id) return null;
    // Each power of ten, so that the log of a storm is not one itself.
    if (/^10*$/.test(copies ?? ''))
      logger.warn({ to, of, copies: Number(copies) }, 'copies of one text are stopped');
    return { kept: 'copy', of, until: clock.now() + windowMs };
  };
  return {
    stops,
    forget: async (text) => void (await forgetting(redis, [keyOf(text)], [text.id])),
  };
}
