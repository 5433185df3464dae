// What a Redis must be for a queue to be safe in it, from one INFO.
import { systemClock } from '../clock.ts';
import { clockSkewMs, type Redis } from '../redis.ts';
import type { Finding } from './finding.ts';

const oldest = [6, 2] as const;
const skewLimitMs = 1_000;

/** Everything but the clock, in one round trip. @throws what ioredis throws when Redis does not answer */
export async function inspectRedis(redis: Redis): Promise<Finding[]> {
  const info = parseInfo(await redis.info());
  return [version(info), eviction(info), memory(info), persistence(info), role(info)];
}

/** Whether this machine's clock and Redis' agree: delayed jobs come early or late by the difference. */
export async function inspectClock(redis: Redis): Promise<Finding> {
  const skew = await clockSkewMs(redis, () => systemClock.now());
  const said = `this machine is ${Math.abs(skew)} ms ${skew < 0 ? 'behind' : 'ahead of'} Redis`;
  if (Math.abs(skew) <= skewLimitMs) return { name: 'clock', state: 'ok', said };
  return { name: 'clock', state: 'fail', said, mend: 'set both clocks by NTP: timedatectl set-ntp true' };
}

type Info = ReadonlyMap<string, string>;

function parseInfo(text: string): Info {
  return new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon === -1 || line.startsWith('#') ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

function version(info: Info): Finding {
  const name = 'redis version';
  const text = info.get('redis_version') ?? 'unknown';
  const [major = 0, minor = 0] = text.split('.').map(Number);
  const [needMajor, needMinor] = oldest;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) {
    return { name, state: 'ok', said: text };
  }
  return { name, state: 'fail', said: text, mend: `upgrade Redis to ${oldest.join('.')} or later` };
}

function eviction(info: Info): Finding {
  const name = 'redis eviction';
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy === 'noeviction') return { name, state: 'ok', said: policy };
  return {
    name,
    state: 'fail',
    said: `maxmemory-policy is ${policy}: when memory is full, Redis throws jobs and deliveries away`,
    mend: 'redis-cli config set maxmemory-policy noeviction, and the same line in redis.conf',
  };
}

function memory(info: Info): Finding {
  const name = 'redis memory';
  const limit = Number(info.get('maxmemory') ?? 0);
  const used = Number(info.get('used_memory') ?? 0);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  if (limit === 0) return { name, state: 'ok', said: `${megabytes(used)} used, no limit` };
  const said = `${megabytes(used)} of ${megabytes(limit)} used`;
  if (used < 0.9 * limit) return { name, state: 'ok', said };
  return { name, state: 'warn', said, mend: 'raise maxmemory: a full Redis refuses every order' };
}

function persistence(info: Info): Finding {
  const name = 'redis durability';
  const failed = ['aof_last_write_status', 'rdb_last_bgsave_status'].filter(
    (key) => (info.get(key) ?? 'ok') !== 'ok',
  );
  if (failed.length > 0) {
    const said = `Redis cannot write to its disk (${failed.join(', ')})`;
    return { name, state: 'fail', said, mend: "make room on the disk of Redis' dir, and look into its log" };
  }
  if (info.get('aof_enabled') === '1') return { name, state: 'ok', said: 'append-only file on' };
  return {
    name,
    state: 'warn',
    said: 'append-only file off: a crash of Redis loses what came after its last snapshot',
    mend: 'redis-cli config set appendonly yes, and the same line in redis.conf',
  };
}

function role(info: Info): Finding {
  const name = 'redis role';
  const told = info.get('role') ?? 'unknown';
  if (told === 'master') return { name, state: 'ok', said: 'primary' };
  return {
    name,
    state: 'fail',
    said: `it is a ${told}: it takes no writes`,
    mend: 'let REDIS_URL name the primary',
  };
}
