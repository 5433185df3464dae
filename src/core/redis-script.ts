// A script of Redis that goes by its digest: its text is sent only to a server that does not have it, such as one that was
// started since. It knows of no key and converts no fault.
import { createHash } from 'node:crypto';
import type { Redis } from './redis.ts';
import { isReply } from './redis-faults.ts';

/** Runs it. @throws what Redis throws */
export type RedisScript = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** Makes a script; nothing is sent before its first run. */
export function makeScript(text: string): RedisScript {
  let digest: string | undefined;
  return async (redis, keys, args) => {
    // Not when it is made: a command that needs no server must not pay for scripts that it never runs.
    digest ??= createHash('sha1').update(text).digest('hex');
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args);
    } catch (thrown) {
      // Nothing of it ran, so it runs once.
      if (!isReply(thrown, 'NOSCRIPT')) throw thrown;
      return redis.eval(text, keys.length, ...keys, ...args);
    }
  };
}
