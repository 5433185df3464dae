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

// The longest that a claim counts which nobody took further, ms. Whoever is slower begins nothing: `takeScript` refuses it.
const claimMs = 60_000;

// Drops the claims of requests that are long gone, as of a process that was killed; what is left of a use then is nothing,
// or counts. A claim that is ahead of the time of Redis, which was set back, is one of now.
const age = `
local function age(key)
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local at = string.sub(all[i], 1, 6) == 'claim:' and tonumber(all[i + 1])
    if at and at > now then redis.call('HSET', key, all[i], string.format('%.0f', now)) end
    if at and now - at > ${claimMs} then redis.call('HDEL', key, all[i]) end
  end
end
local function endsUnused(key)
  age(key)
  if redis.call('HLEN', key) > 1 then return false end
  redis.call('DEL', key)
  return true
end`;

/**
 * KEYS: rate, use, cooldowns…; ARGV: burst, every ms, fingerprint of the input ('' for none), ms to keep the use, holder,
 * 1 when they begin, claim, ms of each cooldown… Returns what access/limits.ts calls an admission; of a limit its place
 * among the cooldowns (0: the rate) and the ms to wait. Where the time of Redis was set back, nothing waits longer than it
 * would have from now.
 *
 * A use that came before passes without being counted again: what it was answered is given back, and one that was never
 * answered goes the whole way once more. Each that is let through leaves its claim to the use, with the time. The rate is
 * a bucket that is kept as the time at which it is empty.
 */
export const admitScript = makeScript(`${now}${left}${age}
local function claim()
  redis.call('HSET', KEYS[2], 'claim:' .. ARGV[7], string.format('%.0f', now))
end
local known = ARGV[3] ~= '' and redis.call('HMGET', KEYS[2], 'input', 'reply') or {}
if known[1] and known[1] ~= ARGV[3] and not endsUnused(KEYS[2]) then return {'conflict'} end
if known[1] == ARGV[3] and known[2] then return {'repeated', known[2]} end
if known[1] == ARGV[3] then
  age(KEYS[2])
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
 * KEYS: use; ARGV: claim. From then on something comes of the use, and no age ends that. Returns 1, or 0 where the claim
 * counts no more, so that the use may be something else by now. Of very many only that there were more is kept, which nobody
 * takes back.
 */
export const takeScript = makeScript(`
local taken = 'taken:' .. ARGV[1]
if redis.call('HEXISTS', KEYS[1], taken) == 1 then return 1 end
if redis.call('HDEL', KEYS[1], 'claim:' .. ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], redis.call('HLEN', KEYS[1]) > 100 and 'more' or taken, '')
return 1`);

/**
 * KEYS: use, cooldowns…; ARGV: reply ('' for none), 1 when the cooldowns stand, holder, claim, 1 when it is taken back. The
 * first reply stays: whoever comes later, or at the same time, is given that one. Returns it, or nil; also where the claim
 * counts no more. A use that has neither a reply nor a claim any more never was.
 */
export const settleScript = makeScript(`${now}${age}
for i = 2, #KEYS do
  if ARGV[2] ~= '1' and redis.call('GET', KEYS[i]) == ARGV[3] then redis.call('DEL', KEYS[i]) end
end
local claim, taken = 'claim:' .. ARGV[4], 'taken:' .. ARGV[4]
if ARGV[5] == '1' and redis.call('HDEL', KEYS[1], claim, taken) > 0 then endsUnused(KEYS[1]) end
local mine = redis.call('HMGET', KEYS[1], claim, taken, 'more')
if ARGV[1] == '' or not (mine[1] or mine[2] or mine[3]) then return false end
redis.call('HSETNX', KEYS[1], 'reply', ARGV[1])
return redis.call('HGET', KEYS[1], 'reply')`);
