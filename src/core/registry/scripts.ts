// The registry's steps inside Redis: each is one script, so that no reader sees half of one, and each asks Redis for the
// time, so that no machine's clock decides who is alive.
//
// A lease is a hash with an expiry of its own: when nobody renews it, Redis drops it, whoever looks or does not look.
import { makeScript } from '../redis-script.ts';

const now = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/**
 * KEYS: lease, index. ARGV: instance, record, shape, told at, ttl ms, channel, name. Registers or renews, unless what is
 * held was told later. Returns 1 for taken, 0 for old news.
 */
export const putScript = makeScript(`${now}
local held = redis.call('HMGET', KEYS[1], 'at', 'shape', 'first')
if held[1] and tonumber(held[1]) > tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'shape', ARGV[3], 'at', ARGV[4], 'first', held[3] or now, 'seen', now)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], now + ARGV[5], ARGV[1])
if held[2] ~= ARGV[3] then redis.call('PUBLISH', ARGV[6], ARGV[7]) end
return 1`);

/** KEYS: lease, index. ARGV: instance, channel, name. */
export const dropScript = makeScript(`
redis.call('ZREM', KEYS[2], ARGV[1])
local gone = redis.call('DEL', KEYS[1])
if gone == 1 then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return gone`);

/**
 * KEYS: index. ARGV: most that one reader sweeps, channel, name. Returns the instances that are alive; forgets those that
 * are not and tells whoever watches.
 */
export const listScript = makeScript(`${now}
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #dead > 0 then
  redis.call('ZREM', KEYS[1], unpack(dead))
  redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')`);
