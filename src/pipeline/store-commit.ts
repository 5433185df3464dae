// The one way in which records of the pipeline change: all of them and what comes of them, or nothing. It knows no record's
// meaning; store.ts does.
import { makeScript } from '../core/redis-script.ts';
import type { Redis } from '../core/redis.ts';
import type { GasAlert } from './alerts.ts';
import type { Delivery } from './delivery.ts';
import { ask } from './record-reader.ts';
import { encodeRecord, type Held } from './records.ts';

/** One record and what it was when it was read. */
export interface RecordChange {
  readonly hash: 'runs' | 'deliveries' | 'joins' | 'missions';
  readonly field: string;
  readonly held: Held<unknown>;
  readonly value: unknown;
}

export type CommitKeys = Readonly<Record<RecordChange['hash'] | 'recent' | 'open' | 'alerts', string>>;

/** What the alert of one delivery is from now on; null is none. */
export interface AlertChange {
  readonly id: string;
  readonly alert: GasAlert | null;
}

type Commit = (
  changes: readonly RecordChange[],
  opened: readonly Delivery[],
  alert?: AlertChange,
) => Promise<boolean>;

/** Resolves to false when one of the records changed meanwhile; then nothing was written. */
export function makeCommit(redis: Redis, keys: CommitKeys): Commit {
  const held = [...hashes.map((hash) => keys[hash]), keys.recent, keys.open, keys.alerts];
  return async (changes, opened, alert) => {
    const records = changes.flatMap(({ hash, field, held: { version }, value }) => [
      String(hashes.indexOf(hash) + 1),
      field,
      String(version),
      encodeRecord(version + 1, value),
    ]);
    const created = opened.flatMap((delivery) => [
      delivery.gas.id,
      decidedAt(delivery),
      encodeRecord(1, delivery),
    ]);
    const told = alert ? [alert.id, alert.alert === null ? '' : JSON.stringify(alert.alert)] : ['', ''];
    const argv = [String(changes.length), ...records, ...told, ...created];
    return (await ask(() => script(redis, held, argv))) === 1;
  };
}

const hashes = ['runs', 'deliveries', 'joins', 'missions'] as const;

// A record is `<version> <json>`. The records themselves are written first, so HSETNX never overwrites one.
const script = makeScript(`
local count = tonumber(ARGV[1])
for i = 0, count - 1 do
  local at = 2 + i * 4
  local held = redis.call('HGET', KEYS[tonumber(ARGV[at])], ARGV[at + 1])
  local version = held and string.match(held, '^%d+') or '0'
  if version ~= ARGV[at + 2] then return 0 end
end
for i = 0, count - 1 do
  local at = 2 + i * 4
  redis.call('HSET', KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 3])
end
local rest = 2 + count * 4
if ARGV[rest] ~= '' then
  if ARGV[rest + 1] == '' then redis.call('HDEL', KEYS[7], ARGV[rest])
  else redis.call('HSET', KEYS[7], ARGV[rest], ARGV[rest + 1]) end
end
for i = rest + 2, #ARGV, 3 do
  redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 2])
  redis.call('ZADD', KEYS[5], ARGV[i + 1], ARGV[i])
  redis.call('ZADD', KEYS[6], ARGV[i + 1], ARGV[i])
end
return 1`);

/** Orders the sets: by time, and the checkpoints of one jump among themselves. */
function decidedAt({ gas }: Delivery): string {
  return String(gas.createdAt + (gas.checkpoint ?? 0) / 1000);
}
