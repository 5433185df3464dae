// A lease that one of many holds, with a fencing token that grows with each new holder: what a holder writes after it was
// followed by another is told apart by its older token. It keeps no time; `Leadership` renews it and knows when it ends.
import { z } from 'zod';
import { coreErrors, SwarmError } from './errors.ts';
import type { Redis } from './redis.ts';
import { redisFault } from './redis-faults.ts';
import { makeScript } from './redis-script.ts';

const holderSchema = z.object({ instance: z.string(), host: z.string(), pid: z.number().int() });
/** Who holds it. */
export type Holder = z.infer<typeof holderSchema>;

export interface LeaderLeaseOptions {
  /** Of the lease, with the prefix and its hash tag; what belongs to it has keys beneath. */
  readonly key: string;
  readonly holder: Holder;
  /** The lease runs out this long after its last renewal, ms. */
  readonly ttlMs: number;
}

/** What an attempt came to. `token` is greater than that of any holder before. */
export type Grant =
  | { readonly held: true; readonly token: number }
  /** `holder` is null when it cannot be read; `freeInMs`: when its lease runs out unless it is renewed. */
  | { readonly held: false; readonly holder: Holder | null; readonly freeInMs: number };

// KEYS: lease, fence. ARGV: holder, ttl ms, token (0: none yet). Who still holds it renews; who finds it free takes it under
// a new token, also when it was the last to hold it: between the two another may have come and gone.
const claimScript = makeScript(`
local text = redis.call('HGET', KEYS[1], 'holder')
if text == ARGV[1] and redis.call('HGET', KEYS[1], 'token') == ARGV[3] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return { 1, tonumber(ARGV[3]) }
end
if text and text ~= ARGV[1] then return { 0, text, redis.call('PTTL', KEYS[1]) } end
local token = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', token)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 1, token }`);

// KEYS: lease. ARGV: holder, token.
const releaseScript = makeScript(`
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] and redis.call('HGET', KEYS[1], 'token') == ARGV[2] then
  return redis.call('DEL', KEYS[1])
end
return 0`);

/** KEYS: fence, the key to write. ARGV: token, value, seconds. The newest token is the last holder's, whether it lives or not. */
const fencedSetScript = makeScript(`
if tonumber(redis.call('GET', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1`);

export class LeaderLease {
  readonly #redis: Redis;
  readonly #options: LeaderLeaseOptions;
  readonly #self: string;
  #token = 0;

  constructor(redis: Redis, options: LeaderLeaseOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#self = JSON.stringify(options.holder);
  }

  get ttlMs(): number {
    return this.#options.ttlMs;
  }

  /** Takes it when it is free, or renews it. @throws SwarmError REDIS_UNAVAILABLE: nobody knows whether it was taken */
  async claim(): Promise<Grant> {
    const { key, ttlMs } = this.#options;
    const args = [this.#self, ttlMs, this.#token];
    const answer = await claimScript(this.#redis, [key, fenceKey(key)], args).catch(unavailable);
    const [held, value, freeInMs] = z.tuple([z.number(), z.unknown()]).rest(z.number()).parse(answer);
    if (held !== 1) return { held: false, holder: toHolder(value), freeInMs: Math.max(0, freeInMs ?? 0) };
    this.#token = z.number().parse(value);
    return { held: true, token: this.#token };
  }

  /** Gives it back, so that another takes it at once. Does nothing for who no longer holds it. @throws SwarmError REDIS_UNAVAILABLE */
  async release(): Promise<void> {
    const { key } = this.#options;
    await releaseScript(this.#redis, [key], [this.#self, this.#token]).catch(unavailable);
  }

  /** What to write under; it says whose the write is, and not that the lease is still held. */
  fence(): Fence {
    return { key: fenceKey(this.#options.key), token: this.#token };
  }
}

/** Under which lease and token something is written. */
export interface Fence {
  readonly key: string;
  readonly token: number;
}

/** Sets a key unless the lease has had a later holder. @throws SwarmError FENCED */
export async function setFenced(
  redis: Redis,
  fence: Fence,
  write: { readonly key: string; readonly value: string; readonly seconds: number },
): Promise<void> {
  const { key, value, seconds } = write;
  const taken = await fencedSetScript(redis, [fence.key, key], [fence.token, value, seconds]);
  if (taken === 1) return;
  throw new SwarmError(coreErrors.fenced, `another process has taken over since token ${fence.token}`);
}

// Beneath the lease, and without an expiry: it must outlive every holder.
function fenceKey(key: string): string {
  return `${key}:fence`;
}

function toHolder(value: unknown): Holder | null {
  try {
    return holderSchema.safeParse(JSON.parse(String(value))).data ?? null;
  } catch {
    return null;
  }
}

function unavailable(thrown: unknown): never {
  throw redisFault(thrown);
}
