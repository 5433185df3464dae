// Whose turn it is in a lane, as Redis judges it: a list per receiver of its open jobs, in the order they were given. What
// becomes of a job whose turn it is not is decided in lanes.ts.

/** Where a job stands in line. */
export interface Turn {
  /** The key of its lane; empty: it has none. */
  readonly lane: string;
  /** What the keys of the jobs in it have before their ids. */
  readonly jobs: string;
  /** Of the job in the lane. */
  readonly id: string;
}

/** Of a job without a lane. */
export const noTurn: Turn = { lane: '', jobs: '', id: '' };

/** Only what is left of a lane by mistake lives this long; an open job is ended before. */
export const laneSeconds = 8 * 24 * 3_600;

/**
 * Key that says that a job on its way into the queue stands in its lane already: whoever leaves or enters at that moment
 * would take it for one that is gone.
 */
export function comingKey(lane: string, id: string): string {
  return `${lane}:coming:${id}`;
}

/** Lives so long, ms: the job follows on the same connection. */
export const comingMs = 3_000;

/**
 * Lua, `head(lane, jobs)`: the first in the lane. A job that is gone, or has ended, holds nothing up: it was removed by
 * hand, or its process died before it could leave.
 */
export const laneHead = `
local function stands(lane, jobs, id)
  local key = jobs .. id
  if redis.call('EXISTS', key) == 1 then return redis.call('HEXISTS', key, 'finishedOn') == 0 end
  return redis.call('EXISTS', lane .. ':coming:' .. id) == 1
end
local function head(lane, jobs)
  while true do
    local id = redis.call('LINDEX', lane, 0)
    if not id then return false end
    if stands(lane, jobs, id) then return id end
    redis.call('LPOP', lane)
  end
end`;

/** Lua, `enter(lane, jobs, id, seconds)`: the place of a job, 0 for the first; one that is not in the lane goes to its end. */
export const enterLane = `${laneHead}
local function enter(lane, jobs, id, seconds)
  if head(lane, jobs) == id then return 0 end
  local place = redis.call('LPOS', lane, id)
  if not place then place = redis.call('RPUSH', lane, id) - 1 end
  redis.call('EXPIRE', lane, seconds)
  return place
end`;
