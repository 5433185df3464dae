// What Redis does in one step. KEYS are always the record (a hash) and the index of what is not at an end yet.
import { makeScript } from '../../core/redis-script.ts';

/**
 * ARGV: id, request, end of its time, ttl of the record in ms, when it was shown or '', when it is to be looked after.
 * Answers the record that it has from now on.
 */
export const openScript = makeScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'request', ARGV[2], 'state', 'pending', 'expiresAt', ARGV[3], 'shownAt', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('ZADD', KEYS[2], ARGV[6], ARGV[1])
end
return redis.call('HGETALL', KEYS[1])`);

/** ARGV: id, now. Its time begins as long as it says it waits. The first one counts, if it is not too late. */
export const shownScript = makeScript(`
local at = redis.call('HMGET', KEYS[1], 'state', 'shownAt', 'expiresAt', 'request')
if at[1] ~= 'pending' or at[2] ~= '' or tonumber(ARGV[2]) > tonumber(at[3]) then return 0 end
local asked = cjson.decode(at[4])
local ends = string.format('%.0f', ARGV[2] + asked.waitsMs)
local look = string.format('%.0f', ARGV[2] + (asked.remindAfterMs or asked.waitsMs))
redis.call('HSET', KEYS[1], 'shownAt', ARGV[2], 'expiresAt', ends)
redis.call('ZADD', KEYS[2], look, ARGV[1])
return 1`);

/** ARGV: id. From now on it is looked after at the end of its time. */
export const remindedScript = makeScript(`
local at = redis.call('HMGET', KEYS[1], 'state', 'expiresAt')
if at[1] ~= 'pending' then return 0 end
redis.call('ZADD', KEYS[2], 'XX', at[2], ARGV[1])
return 1`);

/**
 * ARGV: id, state it must have, new state, now, who decided or '', when somebody should look after it again or '' for never.
 * Answers moved, missing, late (its time is over), early (it is not), or the state that it has instead.
 */
export const moveScript = makeScript(`
local at = redis.call('HMGET', KEYS[1], 'state', 'expiresAt')
if not at[1] then return 'missing' end
if at[1] ~= ARGV[2] then return at[1] end
if at[1] == 'pending' then
  local late = tonumber(ARGV[4]) > tonumber(at[2])
  if late and ARGV[3] ~= 'expired' then return 'late' end
  if not late and ARGV[3] == 'expired' then return 'early' end
end
redis.call('HSET', KEYS[1], 'state', ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'decided', ARGV[5]) end
if ARGV[6] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[6], ARGV[1]) end
return 'moved'`);
