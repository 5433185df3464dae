// Runs and deliveries in Redis. One script changes a record only if nobody else did since it was read, and puts the
// deliveries that come of it beside it in the same step: a crash after "decided" and before "sent" loses nothing.
import type { Redis } from '../core/redis.ts';
import type { Delivery } from './delivery.ts';
import type { Run } from './machine.ts';
import { ask, createRecordReader, type ManyRead, type RecordReaderDeps } from './record-reader.ts';
import { deliverySchema, encodeRecord, type Held, runSchema } from './records.ts';

/** As DeliveryList, for whoever may see all of it. */
export interface KeptDeliveries {
  readonly deliveries: readonly Delivery[];
  readonly unreadable: number;
}

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface GasStore {
  /** @throws SwarmError RECORD_UNREADABLE */
  run(agent: string): Promise<Held<Run>>;
  /** In the order of `agents`. */
  runs(agents: readonly string[]): Promise<ManyRead<Run>>;
  /** @throws SwarmError RECORD_UNREADABLE */
  delivery(id: string): Promise<Held<Delivery>>;
  /** False when the record changed since `held`; then nothing was written. */
  saveRun(held: Held<Run>, run: Run, created: readonly Delivery[]): Promise<boolean>;
  /** Creates (version 0) or replaces a delivery and counts it as open, and so `beside` it; false as above. */
  saveDelivery(held: Held<Delivery>, delivery: Delivery, beside?: readonly Delivery[]): Promise<boolean>;
  /** In the order of `ids`. */
  deliveries(ids: readonly string[]): Promise<ManyRead<Delivery>>;
  /** Deliveries that something may still be owed to, oldest first; those that cannot be read are left out. */
  openDeliveries(): Promise<readonly Delivery[]>;
  /** The newest `limit`. */
  recentDeliveries(limit: number): Promise<KeptDeliveries>;
  /** Nothing more is owed to it. Forgets closed deliveries beyond the newest `keepClosed`. */
  close(id: string, at: number): Promise<void>;
}

export interface GasStoreOptions {
  /** Carries the hash tag, so that all keys lie in one slot. */
  readonly prefix: string;
  /** Default 1000. */
  readonly keepClosed?: number;
}

export function createGasStore(deps: RecordReaderDeps, options: GasStoreOptions): GasStore {
  const key = (name: string) => `${options.prefix}:gas:${name}`;
  const keys = {
    runs: key('runs'),
    deliveries: key('deliveries'),
    recent: key('recent'),
    open: key('open'),
    closed: key('closed'),
  };

  const { redis } = deps;
  const records = createRecordReader(deps);
  const commit = makeCommit(redis, keys);
  const list = async (ids: readonly string[]): Promise<KeptDeliveries> => {
    const { values, unreadable } = await records.many(keys.deliveries, ids, deliverySchema);
    return { deliveries: values.filter((delivery) => delivery !== null), unreadable: unreadable.length };
  };

  return {
    run: (agent) => records.one(keys.runs, agent, runSchema),
    runs: (agents) => records.many(keys.runs, agents, runSchema),
    delivery: (id) => records.one(keys.deliveries, id, deliverySchema),
    saveRun: (held, run, opened) =>
      commit(keys.runs, run.agent, { version: held.version, value: run, opened }),
    deliveries: (ids) => records.many(keys.deliveries, ids, deliverySchema),
    saveDelivery: (held, delivery, beside = []) =>
      commit(keys.deliveries, delivery.gas.id, {
        version: held.version,
        value: delivery,
        opened: [delivery, ...beside],
      }),
    openDeliveries: async () => (await list(await ask(() => redis.zrange(keys.open, 0, '-1')))).deliveries,
    recentDeliveries: async (limit) =>
      list(limit < 1 ? [] : await ask(() => redis.zrevrange(keys.recent, 0, limit - 1))),
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
  readonly opened: readonly Delivery[];
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
function decidedAt({ gas }: Delivery): string {
  return String(gas.createdAt + (gas.checkpoint ?? 0) / 1000);
}
