// Which processes are gone from Redis. That a job lost its lock says only that its process was slow; one whose event loop
// stands still, or that is halted, keeps its connections to Redis all the same, and a killed one loses them at once. One that
// is cut off from Redis for so long, or halted when Redis ended its connections, counts as gone too: its jobs are given to
// others as well. It may live, so nobody may be told that it has ended.
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';

/** Longer than whoever lives needs to connect anew, ms. */
export const goneAfterMs = 6_000;

/** Of the processes in question, as their connections are called, those that have had none for a while. Never rejects. */
export type GoneWatch = (asked: readonly string[]) => Promise<ReadonlySet<string>>;

/** Judges by what it saw itself: to be asked again and again. */
export function makeGoneWatch({ redis, clock }: { readonly redis: Redis; readonly clock: Clock }): GoneWatch {
  let missing: ReadonlyMap<string, number> = new Map();
  return async (asked) => {
    const there = asked.length === 0 ? null : await connected(redis).catch(() => null);
    const now = clock.now();
    const absent = there === null ? [] : asked.filter((name) => !there.has(name));
    missing = new Map(absent.map((name) => [name, missing.get(name) ?? now]));
    return new Set([...missing].flatMap(([name, since]) => (now - since >= goneAfterMs ? [name] : [])));
  };
}

/** What the connections to Redis are called; null where that cannot be seen, our own name being the proof. */
async function connected(redis: Redis): Promise<ReadonlySet<string> | null> {
  const list = String(await redis.client('LIST'));
  const names = new Set([...list.matchAll(/ name=(\S+)/g)].flatMap(([, name]) => name ?? []));
  const { connectionName } = redis.options;
  return connectionName !== undefined && names.has(connectionName) ? names : null;
}
