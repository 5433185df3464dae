// What Redis does in one step. KEYS are always the record (a hash) and the index of what is not at an end yet.

/** ARGV: id, request, time by which it must be shown, ttl of the record in ms. Answers 1 when it is new. */
export const openScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'request', ARGV[2], 'state', 'pending', 'expiresAt', ARGV[3], 'shownAt', '')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1`;

/** ARGV: id, now, end of its time. The first one counts, if it is not too late. */
export const shownScript = `
local at = redis.call('HMGET', KEYS[1], 'state', 'shownAt', 'expiresAt')
if at[1] ~= 'pending' or at[2] ~= '' or tonumber(ARGV[2]) > tonumber(at[3]) then return 0 end
redis.call('HSET', KEYS[1], 'shownAt', ARGV[2], 'expiresAt', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1`;

/**
 * ARGV: id, state it must have, new state, now, who decided or '', when somebody should look after it again. Answers moved,
 * missing, late (its time is over), early (it is not), or the state that it has instead.
 */
export const moveScript = `
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
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[1])
return 'moved'`;
