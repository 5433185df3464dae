// The steps of the limits inside Redis: each is one script, so that no two processes let the same use through, and each
// asks Redis for the time, so that no machine's clock shortens a wait.

import { makeScript } from '../core/redis-script.ts';

const now = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000`;

// A key of Redis lasts until a time of day: where that is set back, it would last by as much longer.
const left = `
local function leftOf(key, most)
  local left = redis.call('PTTL', key)
  if left <= most then return left end
  redis.call('PEXPIRE', key, most)
  return most
end`;

/**
 * KEYS: rate, use, cooldowns…; ARGV: burst, every ms, fingerprint of the input ('' for none), ms to keep the use, holder,
 * 1 when they begin, claim, ms of each cooldown… Returns what access/limits.ts calls an admission; of a limit its place
 * among the cooldowns (0: the rate) and the ms to wait. Where the time of Redis was set back, nothing waits longer than it
 * would have from now.
 *
 * A use that came before passes without being counted again: what it was answered is given back, and one that was never
 * answered goes the whole way once more. Each that is let through leaves its claim to the use; of many only that there were
 * more, which nobody takes back. The rate is a bucket that is kept as the time at which it is empty.
 */
export const admitScript = makeScript(`${now}${left}
local function claim()
  local isMore = redis.call('HLEN', KEYS[2]) > 8
  redis.call('HSET', KEYS[2], isMore and 'more' or 'claim:' .. ARGV[7], '')
end
local known = ARGV[3] ~= '' and redis.call('HMGET', KEYS[2], 'input', 'reply') or {}
if known[1] and known[1] ~= ARGV[3] then return {'conflict'} end
if known[2] then return {'repeated', known[2]} end
if known[1] then
  claim()
  return {'admitted'}
end
local every = tonumber(ARGV[2])
local whole = every * tonumber(ARGV[1])
local stored = tonumber(redis.call('GET', KEYS[1]) or now)
if stored > now + whole then
  stored = now + whole
  redis.call('SET', KEYS[1], string.format('%.3f', stored), 'PX', math.ceil(whole) + 1)
end
local empty = math.max(stored, now) + every
local wait = empty - now - whole
if wait > 0 then return {'limited', 0, tostring(wait)} end
local longest, which = 0, 0
for i = 3, #KEYS do
  local left = leftOf(KEYS[i], tonumber(ARGV[i + 5]))
  if left > longest then longest, which = left, i - 2 end
end
if which > 0 then return {'limited', which, tostring(longest)} end
redis.call('SET', KEYS[1], string.format('%.3f', empty), 'PX', math.ceil(empty - now) + 1)
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], 'input', ARGV[3])
  claim()
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
for i = 3, #KEYS do
  if ARGV[6] == '1' then redis.call('SET', KEYS[i], ARGV[5], 'PX', ARGV[i + 5]) end
end
return {'admitted'}`);

/**
 * KEYS: cooldowns; ARGV: holder, ms of each. Returns as `admitScript`. Those that the holder has are no hindrance and
 * are not begun anew.
 */
export const beginScript = makeScript(`${left}
local longest, which = 0, 0
for i = 1, #KEYS do
  local left = leftOf(KEYS[i], tonumber(ARGV[i + 1]))
  if left > longest and redis.call('GET', KEYS[i]) ~= ARGV[1] then longest, which = left, i end
end
if which > 0 then return {'limited', which, tostring(longest)} end
for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[i + 1], 'NX') end
return {'admitted'}`);

/**
 * KEYS: use, cooldowns…; ARGV: reply ('' for none), 1 when the cooldowns stand, holder, the claim that is
 * taken back ('' for none). The first reply stays: whoever comes later, or at the same time, is given that one. Returns it,
 * or nil. A use that has neither a reply nor a claim any more never was.
 */
export const settleScript = makeScript(`
for i = 2, #KEYS do
  if ARGV[2] ~= '1' and redis.call('GET', KEYS[i]) == ARGV[3] then redis.call('DEL', KEYS[i]) end
end
if ARGV[4] ~= '' and redis.call('HDEL', KEYS[1], 'claim:' .. ARGV[4]) == 1 and redis.call('HLEN', KEYS[1]) == 1 then
  redis.call('DEL', KEYS[1])
end
if ARGV[1] == '' or redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('HSETNX', KEYS[1], 'reply', ARGV[1])
return redis.call('HGET', KEYS[1], 'reply')`);
