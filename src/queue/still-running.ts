// What of a queue runs, as far as Redis knows. A job whose lock ran out lies in the queue again, though its handler may live
// on in a process that was only slow; and a restart that was handed back has its order out. Neither counts as ended.
import { z } from 'zod';
import { type JobName, jobDataSchema } from '../contracts/jobs.ts';
import type { Drained } from '../contracts/ports.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import type { QueueShelf } from './queue-shelf.ts';
import { readSteps, wentOut } from './story.ts';

/** Of each list: both kinds lie where the next one is taken from. */
const mostLooked = 1_000;
/** Its order goes on outside of the job. */
const ordering: JobName = 'service.restart';

/**
 * KEYS: active, what is done, then what waits: wait, paused, delayed, prioritized. ARGV: what jobs have before their ids, how
 * many are looked at, the name of a job with an order. Answers how many are active, the names and ids of those that lost
 * their worker, and the ids of those that were begun and may have an order out.
 */
const runningScript = makeScript(`
local lost, begun = {}, {}
local function look(ids)
  for _, id in ipairs(ids) do
    local job = redis.call('HMGET', ARGV[1] .. id, 'stc', 'ats', 'name')
    local stalled, orders = job[1], job[2] and job[3] == ARGV[3]
    if (stalled or orders) and not redis.call('ZSCORE', KEYS[2], id) then
      if stalled then table.insert(lost, (job[3] or '?') .. ' ' .. id) else table.insert(begun, id) end
    end
  end
end
look(redis.call('LRANGE', KEYS[3], -ARGV[2], -1))
look(redis.call('LRANGE', KEYS[4], -ARGV[2], -1))
look(redis.call('ZRANGE', KEYS[5], 0, ARGV[2] - 1))
look(redis.call('ZRANGE', KEYS[6], 0, ARGV[2] - 1))
return {redis.call('LLEN', KEYS[1]), lost, begun}`);

const answerSchema = z.tuple([z.number(), z.array(z.string()), z.array(z.string())]);

/** @throws what Redis throws; SwarmError RECORD_UNREADABLE */
export async function stillRunning(
  { redis, shelf }: { readonly redis: Redis; readonly shelf: Pick<QueueShelf, 'job'> },
  queue: string,
  { prefix }: { readonly prefix: string },
): Promise<Pick<Drained, 'left' | 'lost'>> {
  const jobs = `${prefix}:bull:${queue}:`;
  const waiting = ['wait', 'paused', 'delayed', 'prioritized'].map((list) => `${jobs}${list}`);
  const keys = [`${jobs}active`, `${prefix}:inbox`, ...waiting];
  const [active, lost, begun] = answerSchema.parse(
    await runningScript(redis, keys, [jobs, mostLooked, ordering]),
  );
  for (const id of begun) {
    if (await isOut(redis, (await shelf.job(queue, id))?.data, prefix)) lost.push(`${ordering} ${id}`);
  }
  return { left: active + lost.length, lost };
}

async function isOut(redis: Redis, found: unknown, prefix: string): Promise<boolean> {
  const { data } = jobDataSchema.safeParse(found);
  if (!data) return false;
  return wentOut(await readSteps(redis, { prefix, correlationId: data.envelope.correlationId }));
}
