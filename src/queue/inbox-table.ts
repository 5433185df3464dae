// Effective once: below us everything is delivered at least once, so what was done is written down under its job id. A job
// is `begun` by one process after the other until it is done; one that was begun and neither ended nor done died with its
// process, and whether it was the job that ended the process is judged here as well as anybody can.
import { z } from 'zod';
import { makeGatherer } from '../core/gather.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { enterLane, laneSeconds, noTurn, type Turn } from './lane-turn.ts';

// The newest of what was done is kept: a repetition comes seconds after the first run, or is blocked by the queue's own
// memory. Seven seconds of what one Redis can carry at most, and days of what it mostly does; about 5 MB.
const keepCount = 50_000;
const keepSeconds = 7 * 24 * 3_600;

/** What is known of a job at the moment it is begun. */
export interface Begun {
  /** Done before; nothing is left to do. */
  readonly done: boolean;
  /** Processes in a row that died over it, as far as it is to blame. */
  readonly deaths: number;
  /** Who called it off; null when nobody did. */
  readonly cancelledBy: string | null;
  /** Whether an earlier run of its flow may have left something behind; false where nobody writes that down. */
  readonly doubted: boolean;
  /** How many are before it in its lane; above 0 it is not begun, and nothing else is told of it. */
  readonly place: number;
}

export interface InboxTable {
  isDone(jobId: string): Promise<boolean>;
  /**
   * Written before the handler runs, in one step with what is asked. Of a lane only the first job is begun.
   * @param flow under which it is written down too that this run may leave something behind; default: it is not
   */
  begin(jobId: string, turn?: Turn, flow?: string): Promise<Begun>;
  /**
   * It came to an end, though it is not done; or it went on far enough to be no danger to its process.
   * @param flow of which no run has left anything behind; default: nobody knows that of any
   */
  survived(jobId: string, flow?: string): Promise<void>;
  /** Whether a run of a flow may have left something behind. */
  isDoubted(flow: string): Promise<boolean>;
  /** @param flow of which nobody asks any more what its runs have left; default: none */
  markDone(jobId: string, flow?: string): Promise<void>;
  /** Its handler may have an effect from now on. Resolves to whether that was so before. */
  touch(jobId: string): Promise<boolean>;
  isTouched(jobId: string): Promise<boolean>;
  /** Calls it off, whenever it is begun. */
  cancel(jobId: string, by: string): Promise<void>;
  /** Of those that run here, the ones that were called off, with who did. */
  cancelled(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface InboxTableOptions {
  readonly prefix: string;
  /** Names the process; another at each start of it. */
  readonly instance: string;
  /** How many of those that are done are kept; default 50,000. */
  readonly keep?: number;
}

export function createInboxTable(
  redis: Redis,
  { prefix, instance, keep = keepCount }: InboxTableOptions,
): InboxTable {
  const table = `${prefix}:inbox`;
  const runKey = (jobId: string) => `${table}:${jobId}:run`;
  const touchKey = (jobId: string) => `${table}:${jobId}:touched`;
  const cancelKey = (jobId: string) => `${table}:${jobId}:cancelled`;
  const doubtKey = (flow: string) => `${table}:${flow}:doubt`;
  const begin = makeGatherer<Beginning>(async (asked) => {
    const each = asked.flatMap(({ jobId, turn: { lane, jobs, id }, flow }) => [jobId, lane, jobs, id, flow]);
    return answersSchema.parse(
      await beginScript(redis, [table], [instance, keepSeconds, laneSeconds, ...each]),
    );
  }, gathering);
  const markDone = makeGatherer<readonly [string, string]>(async (done) => {
    await markScript(redis, [table], [keep, ...done.flat()]);
    return [];
  }, gathering);
  return {
    isDone: async (jobId) => (await redis.zscore(table, jobId)) !== null,
    begin: async (jobId, turn = noTurn, flow = '') => {
      const answer = answerSchema.parse(await begin({ jobId, turn, flow }));
      const [done, deaths, cancelledBy, place, doubted] = answer;
      return { done: done === 1, deaths, cancelledBy, place, doubted: doubted === 1 };
    },
    survived: async (jobId, flow) => {
      await redis.del(runKey(jobId), ...(flow === undefined ? [] : [doubtKey(flow)]));
    },
    isDoubted: async (flow) => (await redis.exists(doubtKey(flow))) === 1,
    markDone: async (jobId, flow = '') => {
      await markDone([jobId, flow]);
    },
    touch: async (jobId) => (await redis.set(touchKey(jobId), 1, 'EX', keepSeconds, 'NX')) === null,
    isTouched: async (jobId) => (await redis.exists(touchKey(jobId))) === 1,
    cancel: async (jobId, by) => {
      await redis.set(cancelKey(jobId), by, 'EX', keepSeconds);
    },
    cancelled: async (jobIds) => {
      if (jobIds.length === 0) return new Map();
      const words = await redis.mget(...jobIds.map(cancelKey));
      return new Map(jobIds.flatMap((jobId, i) => (words[i] == null ? [] : [[jobId, words[i]] as const])));
    },
  };
}

interface Beginning {
  readonly jobId: string;
  readonly turn: Turn;
  /** Empty: nothing is written down. */
  readonly flow: string;
}

// Whoever runs many at a time begins and ends many at a time. Lua takes some thousand arguments of one call.
const gathering = { maxItems: 100 };

const answersSchema = z.array(z.unknown());
const answerSchema = z.tuple([z.number(), z.number(), z.string().nullable(), z.number(), z.number()]);

// A kill from outside looks the same from here, so a death counts against a job only where it may well have been the
// reason: it was the last that its process had begun, it had told no progress since (see `survived`), and it is begun by
// another process now. A job that goes on for long, such as a restart that awaits its service, tells progress, and is not
// blamed for a deploy or a chaos test; the library's own count of stalls ends it in the end.
// So of those that are begun together the last alone is noted, and whoever is blamed already. Each key hangs beneath that
// of the table; to name them all at each call costs more than what is done with them.
/**
 * KEYS: the table. ARGV: instance, seconds, seconds of a lane, and of each job its id, and of its lane its key or '',
 * what its jobs have before their ids, the job's id there, and its flow or ''. Answers done, deaths, who called it off, its
 * place in the lane and whether an earlier run may have left something, of each.
 */
const beginScript = makeScript(`${enterLane}
local ids, asked = {}, {}
for i = 4, #ARGV, 5 do
  ids[#ids + 1] = ARGV[i]
  asked[#asked + 1] = KEYS[1] .. ':' .. ARGV[i] .. ':run'
  asked[#asked + 1] = KEYS[1] .. ':' .. ARGV[i] .. ':cancelled'
end
local done = redis.call('ZMSCORE', KEYS[1], unpack(ids))
local known = redis.call('MGET', unpack(asked))
local answers = {}
local notes = {}
local last = false
for i, id in ipairs(ids) do
  local lane, place = ARGV[5 * i], 0
  if lane ~= '' and not done[i] then place = enter(lane, ARGV[5 * i + 1], ARGV[5 * i + 2], ARGV[3]) end
  if done[i] then
    answers[i] = {1, 0, false, 0, 0}
  elseif place > 0 then
    answers[i] = {0, 0, false, place, 0}
  else
    local deaths, doubted = 0, 0
    -- Of a process that is killed from now on, or cannot reach us, it stands there.
    local flow = ARGV[5 * i + 3]
    if flow ~= '' and not redis.call('SET', KEYS[1] .. ':' .. flow .. ':doubt', 1, 'EX', ARGV[2], 'NX') then
      doubted = 1
    end
    local run = known[2 * i - 1]
    if run then
      local held, count = string.match(run, '^(.*) (%d+)$')
      deaths = tonumber(count)
      if held ~= ARGV[1] and redis.call('GET', KEYS[1] .. '-last:' .. held) == id then deaths = deaths + 1 end
      notes[asked[2 * i - 1]] = deaths
    end
    answers[i] = {0, deaths, known[2 * i], 0, doubted}
    last = i
  end
end
if last then
  notes[asked[2 * last - 1]] = answers[last][2]
  redis.call('SET', KEYS[1] .. '-last:' .. ARGV[1], ids[last], 'EX', ARGV[2])
end
for key, deaths in pairs(notes) do redis.call('SET', key, ARGV[1] .. ' ' .. deaths, 'EX', ARGV[2]) end
return answers`);

/**
 * KEYS: the table. ARGV: how many are kept, and of each job its id and its flow or ''. By Redis' time, so that no machine's
 * clock forgets what is new.
 */
const markScript = makeScript(`
local t = redis.call('TIME')
local at = t[1] * 1000 + math.floor(t[2] / 1000)
local marks, runs = {}, {}
for i = 2, #ARGV, 2 do
  marks[#marks + 1] = at
  marks[#marks + 1] = ARGV[i]
  runs[#runs + 1] = KEYS[1] .. ':' .. ARGV[i] .. ':run'
  if ARGV[i + 1] ~= '' then runs[#runs + 1] = KEYS[1] .. ':' .. ARGV[i + 1] .. ':doubt' end
end
redis.call('ZADD', KEYS[1], unpack(marks))
redis.call('DEL', unpack(runs))
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[1])`);
