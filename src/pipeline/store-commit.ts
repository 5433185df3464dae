// The one way in which records of the pipeline change: all of them and what comes of them, or nothing. It knows no record's
// meaning; store.ts does.
import { makeGatherer, type Rhythm } from '../core/gather.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import type { GasAlert } from './alerts.ts';
import type { Delivery } from './delivery.ts';
import { ask } from './record-reader.ts';
import { encodeRecord, type Held } from './records.ts';

/** One record, and its text from now on. */
export interface RecordChange {
  readonly hash: 'runs' | 'deliveries' | 'joins' | 'missions';
  readonly field: string;
  readonly text: string;
  /** The very text that it takes the place of; empty: whatever text has the version before. */
  readonly from: string;
}

export function recordChange<T>(
  hash: RecordChange['hash'],
  field: string,
  { version }: Held<T>,
  value: T,
): RecordChange {
  return { hash, field, text: encodeRecord(version + 1, value), from: '' };
}

export type CommitKeys = Readonly<Record<RecordChange['hash'] | 'recent' | 'open' | 'alerts', string>>;

/** What the alert of one delivery is from now on; null is none. */
export interface AlertChange {
  readonly id: string;
  readonly alert: GasAlert | null;
}

/** True when all of it was written. */
export type Commit = (
  changes: readonly RecordChange[],
  opened: readonly Delivery[],
  alert?: AlertChange,
) => Promise<boolean | undefined>;

/** A delivery was written as this text, unless it was there already. */
type WroteFirst = (delivery: Delivery, text: string) => void;

/** What goes together, or not at all. */
interface Whole {
  readonly changes: readonly RecordChange[];
  readonly alert: AlertChange | undefined;
  readonly opened: readonly Opened[];
}

interface Opened {
  readonly delivery: Delivery;
  /** Of a delivery that is not there yet; empty for one that is itself among the changes. */
  readonly text: string;
}

const noneOpened: readonly Opened[] = [];

/**
 * Nothing is written where one of the records changed meanwhile. What is committed within one turn goes in one script, each by
 * itself: whoever loses its race keeps no other back.
 */
export function makeCommit(
  { redis, rhythm }: { readonly redis: Redis; readonly rhythm: Rhythm },
  keys: CommitKeys,
  wroteFirst: WroteFirst,
): Commit {
  const held = [...hashes.map((hash) => keys[hash]), keys.recent, keys.open, keys.alerts];
  const send = async (all: readonly Whole[]) => {
    const args: string[] = [];
    for (const one of all) addTo(args, one);
    const answer = await ask(() => script(redis, held, args));
    return Array.isArray(answer) ? answer.map((isDone) => isDone === 1) : [];
  };
  const commit = makeGatherer(send, { maxItems: mostAtOnce, rhythm });
  // Apart from the others: one character beyond Latin-1, and gas has some, makes all of a command twice as long in memory and
  // about twice as dear to encode.
  const commitGas = makeGatherer(send, { maxItems: mostAtOnce, rhythm });
  return (changes, created, alert) => {
    if (created.length === 0) return commit({ changes, alert, opened: noneOpened });
    const opened = created.map((delivery) => ({ delivery, text: textOfFirst(delivery, changes) }));
    return commitGas({ changes, alert, opened }).then((isDone) => {
      for (const { delivery, text } of opened) if (isDone && text !== '') wroteFirst(delivery, text);
      return isDone;
    });
  };
}

/** As the script takes it. */
function addTo(args: string[], { changes, alert, opened }: Whole): void {
  args.push(`${changes.length} ${alert ? 1 : 0} ${opened.length}`);
  for (const { hash, field, text, from } of changes) args.push(keyOf[hash], field, from, text);
  if (alert) args.push(alert.id, alert.alert === null ? '' : JSON.stringify(alert.alert));
  for (const { delivery, text } of opened) args.push(delivery.gas.id, decidedAt(delivery), text);
}

function textOfFirst(delivery: Delivery, changes: readonly RecordChange[]): string {
  const { id } = delivery.gas;
  const isChanged = changes.some(({ hash, field }) => hash === 'deliveries' && field === id);
  return isChanged ? '' : encodeRecord(1, delivery);
}

const hashes = ['runs', 'deliveries', 'joins', 'missions'] as const;
const keyOf = { runs: '1', deliveries: '2', joins: '3', missions: '4' } as const;
/** So many go in one script: Redis serves nobody else meanwhile. */
const mostAtOnce = 100;

// A record is `<version> <json>`, and the version is one more than that of the record that it takes the place of. The
// records themselves are written first, so HSETNX never overwrites one.
const script = makeScript(`
local function same(from, to)
  for i = from, to, 4 do
    local held = redis.call('HGET', KEYS[tonumber(ARGV[i])], ARGV[i + 1])
    if ARGV[i + 2] ~= '' then
      if held ~= ARGV[i + 2] then return false end
    else
      local version = held and string.match(held, '^%d+') or '0'
      if version + 1 ~= tonumber(string.match(ARGV[i + 3], '^%d+')) then return false end
    end
  end
  return true
end
local answers, at = {}, 1
while at <= #ARGV do
  local records, alerts, created = string.match(ARGV[at], '(%d+) (%d+) (%d+)')
  local first = at + 1
  local told = first + records * 4
  local opened = told + alerts * 2
  at = opened + created * 3
  local isSame = same(first, told - 1)
  answers[#answers + 1] = isSame and 1 or 0
  if isSame then
    for i = first, told - 1, 4 do
      redis.call('HSET', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 3])
    end
    for i = told, opened - 1, 2 do
      if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[7], ARGV[i])
      else redis.call('HSET', KEYS[7], ARGV[i], ARGV[i + 1]) end
    end
    for i = opened, at - 1, 3 do
      if ARGV[i + 2] ~= '' then redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 2]) end
      redis.call('ZADD', KEYS[5], ARGV[i + 1], ARGV[i])
      redis.call('ZADD', KEYS[6], ARGV[i + 1], ARGV[i])
    end
  end
end
return answers`);

/** Orders the sets: by time, and the checkpoints of one jump among themselves. */
function decidedAt({ gas }: Delivery): string {
  return String(gas.createdAt + (gas.checkpoint ?? 0) / 1000);
}
