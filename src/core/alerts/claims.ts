// One voice for all processes: whoever writes an alert's key into Redis first tells it, and the others look again when
// the claim has run out. Without Redis nobody can agree, and each tells what it sees.
import type { Redis } from '../redis.ts';

/** A process that dies while it tells an alert leaves it to the others after this. */
const claimSeconds = 180;

export interface AlertClaims {
  /** True when it is this process's to tell; null when nobody can say. Never rejects. */
  claim(key: string): Promise<boolean | null>;
  /** Says that these still fire, and are still this process's. Never rejects. */
  keep(keys: readonly string[]): Promise<void>;
  /** It is over. Never rejects. */
  release(key: string): Promise<void>;
}

/** @param options.instance of this process, another at each start */
export function createAlertClaims(
  redis: Redis,
  { prefix, instance }: { readonly prefix: string; readonly instance: string },
): AlertClaims {
  const place = (key: string) => `${prefix}:alert:${key}`;
  const isOwn = async (key: string) => (await redis.get(place(key))) === instance;
  const claim = async (key: string) => {
    const taken = await redis.set(place(key), instance, 'EX', claimSeconds, 'NX');
    return taken === 'OK' || (await isOwn(key));
  };
  return {
    claim: (key) => claim(key).catch(() => null),
    keep: async (keys) => {
      for (const key of keys) {
        const own = await isOwn(key).catch(() => false);
        // One that was told while Redis was away has no claim yet.
        await (own ? redis.expire(place(key), claimSeconds) : claim(key)).catch(() => undefined);
      }
    },
    release: async (key) => {
      const own = await isOwn(key).catch(() => false);
      if (own) await redis.del(place(key)).catch(() => undefined);
    },
  };
}
