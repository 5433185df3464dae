// Connections to Redis: the only file that makes an ioredis client. Two kinds, for opposite needs:
// a command client fails fast, so that a person gets an answer; a blocking client waits, as BullMQ workers demand.
import { Redis } from 'ioredis';
import type { Link } from './links.ts';
import { redisTrouble } from './redis-faults.ts';

export type { Redis } from 'ioredis';

export interface RedisOptions {
  readonly url: string;
  /** Shown in CLIENT LIST. */
  readonly name: string;
  /** Told of errors and of recovery; a client without a listener would print "Unhandled error event". */
  readonly onError?: (error: Error) => void;
}

// A half-open connection never errors by itself: without these two limits it is noticed never. A command that blocks must
// be answered well before the first of them.
const socketTimeoutMs = 5_000;
const commandTimeoutMs = 2_000;
const retryDelayMs = (attempt: number) => Math.min(1_000, 50 * 2 ** Math.min(attempt, 6));

/** A client for commands: rejects within 2 s when Redis does not answer. Does not connect before its first command. */
export function createCommandRedis(options: RedisOptions): Redis {
  return create(options, {
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
  });
}

/** A client for BullMQ workers and subscriptions: blocks, and retries for ever. */
export function createBlockingRedis(options: RedisOptions): Redis {
  return create(options, { maxRetriesPerRequest: null });
}

function create(options: RedisOptions, kind: object): Redis {
  const redis = new GatheringRedis(options.url, {
    ...kind,
    lazyConnect: true,
    connectionName: options.name,
    connectTimeout: 3_000,
    socketTimeout: socketTimeoutMs,
    keepAlive: 5_000,
    retryStrategy: retryDelayMs,
  });
  redis.on('error', (error: Error) => options.onError?.(error));
  return redis;
}

/** What is said within one turn of the loop goes in one write: the call to the system costs more than most commands. */
class GatheringRedis extends Redis {
  #gathers: Redis['stream'] | null = null;

  override sendCommand(...said: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this;
    if (stream !== undefined && stream !== this.#gathers) {
      this.#gathers = stream;
      stream.cork();
      process.nextTick(() => {
        this.#gathers = null;
        stream.uncork();
      });
    }
    return super.sendCommand(...said);
  }
}

/** Closes a client without waiting for a server that may be gone. */
export function closeRedis(redis: Redis): void {
  redis.disconnect(false);
}

/** Where the round trip that proves Redis leaves its mark. */
export interface RedisProof {
  readonly redis: Redis;
  readonly link: Link;
  /** Where Redis is, in words for people. */
  readonly place: string;
  /** The key to write, of this process alone. */
  readonly key: string;
  /** What to write, another each time. */
  readonly nonce: string;
}

/**
 * Writes and reads back, which proves more than a PING: one that is full, read-only or cannot save answers PING and
 * refuses work. Moves the link to up or down. Resolves to whether it took the write.
 */
export async function proveRedis({ redis, link, place, key, nonce }: RedisProof): Promise<boolean> {
  try {
    await redis.set(key, nonce, 'EX', 60);
    if ((await redis.get(key)) === nonce) {
      link.proof(place);
      return true;
    }
    link.down(`${place} answers, but does not give back what was written`);
  } catch (thrown) {
    link.down(`${place} ${redisTrouble(thrown)}`);
  }
  return false;
}

/** Milliseconds that this machine's clock is ahead of Redis (negative: behind). BullMQ promotes delayed jobs by the worker's clock, so a skew makes them early or late. */
export async function clockSkewMs(redis: Redis, now: () => number): Promise<number> {
  const asked = performance.now();
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
  // By the monotonic clock: the other one may be set meanwhile, and half of that would be told.
  const middle = now() - (performance.now() - asked) / 2;
  return Math.round(middle - (seconds * 1000 + micros / 1000));
}
