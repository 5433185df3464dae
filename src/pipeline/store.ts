// Runs and deliveries in Redis. One script changes a record only if nobody else did since it was read, and puts the
// deliveries that come of it beside it in the same step: a crash after "decided" and before "sent" loses nothing.
import type { z } from 'zod';
import type { DeliveryView } from '../contracts/agents.ts';
import { coreErrors, toSwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import type { Run } from './machine.ts';
import { decodeRecord, deliverySchema, encodeRecord, type Held, runSchema } from './records.ts';

/** Each method throws SwarmError REDIS_UNAVAILABLE when Redis does not answer. */
export interface GasStore {
  run(agent: string): Promise<Held<Run>>;
  /** In the order of `agents`. */
  runs(agents: readonly string[]): Promise<readonly (Run | null)[]>;
  delivery(id: string): Promise<Held<DeliveryView>>;
  /** False when the record changed since `held`; then nothing was written. */
  saveRun(held: Held<Run>, run: Run, created: readonly DeliveryView[]): Promise<boolean>;
  /** Creates (version 0) or replaces a delivery and counts it as open; false as above. */
  saveDelivery(held: Held<DeliveryView>, delivery: DeliveryView): Promise<boolean>;
  /** Deliveries that something may still be owed to, oldest first. */
  openDeliveries(): Promise<readonly DeliveryView[]>;
  /** Newest first. */
  recentDeliveries(limit: number): Promise<readonly DeliveryView[]>;
  /** Nothing more is owed to it. Forgets closed deliveries beyond the newest `keepClosed`. */
  close(id: string, at: number): Promise<void>;
}

export interface GasStoreOptions {
  /** Carries the hash tag, so that all keys lie in one slot. */
  readonly prefix: string;
  /** Default 1000. */
  readonly keepClosed?: number;
}

export function createGasStore(redis: Redis, options: GasStoreOptions): GasStore {
  const key = (name: string) => `${options.prefix}:gas:${name}`;
  const keys = {
    runs: key('runs'),
    deliveries: key('deliveries'),
    recent: key('recent'),
    open: key('open'),
    closed: key('closed'),
  };

  const commit = makeCommit(redis, keys);
  const deliveries = async (ids: readonly string[]) =>
    (await readMany(redis, keys.deliveries, ids, deliverySchema)).filter((delivery) => delivery !== null);

  return {
    run: (agent) => readOne(redis, keys.runs, agent, runSchema),
    runs: (agents) => readMany(redis, keys.runs, agents, runSchema),
    delivery: (id) => readOne(redis, keys.deliveries, id, deliverySchema),
    saveRun: (held, run, opened) =>
      commit(keys.runs, run.agent, { version: held.version, value: run, opened }),
    saveDelivery: (held, delivery) =>
      commit(keys.deliveries, delivery.gas.id, {
        version: held.version,
        value: delivery,
        opened: [delivery],
      }),
    openDeliveries: async () => deliveries(await ask(() => redis.zrange(keys.open, 0, '-1'))),
    recentDeliveries: async (limit) =>
      limit < 1 ? [] : deliveries(await ask(() => redis.zrevrange(keys.recent, 0, limit - 1))),
    close: async (id, at) => {
      const keep = options.keepClosed ?? 1_000;
      const held = [keys.open, keys.closed, keys.recent, keys.deliveries];
      await ask(() => redis.eval(closeScript, 4, ...held, id, String(at), String(keep)));
    },
  };
}

// A record is `<version> <json>`. The record itself is written first, so HSETNX never overwrites it.
const commitScript = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
local version = held and string.match(held, '^%d+') or '0'
if version ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
for i = 4, #ARGV, 3 do
  redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 2])
  redis.call('ZADD', KEYS[3], ARGV[i + 1], ARGV[i])
  redis.call('ZADD', KEYS[4], ARGV[i + 1], ARGV[i])
end
return 1`;

const closeScript = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1 - ARGV[3])) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
end
return 1`;

interface Change {
  readonly version: number;
  readonly value: unknown;
  readonly opened: readonly DeliveryView[];
}

function makeCommit(redis: Redis, keys: Readonly<Record<'deliveries' | 'recent' | 'open', string>>) {
  return async (hash: string, field: string, change: Change): Promise<boolean> => {
    const next = encodeRecord(change.version + 1, change.value);
    const opened = change.opened.flatMap((delivery) => [
      delivery.gas.id,
      decidedAt(delivery),
      encodeRecord(1, delivery),
    ]);
    const held = [hash, keys.deliveries, keys.recent, keys.open];
    return (
      (await ask(() =>
        redis.eval(commitScript, 4, ...held, field, String(change.version), next, ...opened),
      )) === 1
    );
  };
}

/** Orders the sets: by time, and the checkpoints of one jump among themselves. */
function decidedAt({ gas }: DeliveryView): string {
  return String(gas.createdAt + (gas.checkpoint ?? 0) / 1000);
}

async function readOne<T>(redis: Redis, hash: string, field: string, schema: z.ZodType<T>): Promise<Held<T>> {
  const text = await ask(() => redis.hget(hash, field));
  return text === null ? { version: 0, value: null } : decodeRecord(text, schema, `${hash} ${field}`);
}

async function readMany<T>(
  redis: Redis,
  hash: string,
  fields: readonly string[],
  schema: z.ZodType<T>,
): Promise<(T | null)[]> {
  if (fields.length === 0) return [];
  const texts = await ask(() => redis.hmget(hash, ...fields));
  return texts.map((text, i) =>
    text === null ? null : decodeRecord(text, schema, `${hash} ${fields[i]}`).value,
  );
}

async function ask<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (thrown) {
    throw toSwarmError(thrown, coreErrors.redisUnavailable);
  }
}
