// What of a queue runs, as far as Redis knows. A job whose lock ran out lies in the queue again, or soon will, though its
// handler may live on in a process that was only slow; and a restart that was handed back has its order out. Neither counts
// as ended.
import { z } from 'zod';
import { type JobName, jobDataSchema } from '../contracts/jobs.ts';
import type { Drained } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { makeGoneWatch } from './gone.ts';
import type { QueueShelf } from './queue-shelf.ts';
import { readSteps, wentOut } from './story.ts';

/** Of each list: both kinds lie where the next one is taken from. */
const mostLooked = 1_000;
/** Its order goes on outside of the job. */
const ordering: JobName = 'service.restart';

/**
 * KEYS: active, what is done, then what waits: wait, paused, delayed, prioritized. ARGV: what jobs have before their ids, how
 * many are looked at, the name of a job with an order. Answers how many a worker holds; id, name and process of those that
 * lost their worker; and the same of those that were begun and may have an order out.
 */
const runningScript = makeScript(`
local held, lost, begun = 0, {}, {}
local function look(ids, active)
  for _, id in ipairs(ids) do
    local key = ARGV[1] .. id
    if active and redis.call('EXISTS', key .. ':lock') == 1 then
      held = held + 1
    else
      local job = redis.call('HMGET', key, 'stc', 'ats', 'name', 'pb')
      local stalled, orders = active or job[1], job[2] and job[3] == ARGV[3]
      if (stalled or orders) and not redis.call('ZSCORE', KEYS[2], id) then
        table.insert(stalled and lost or begun, {id, job[3] or '?', job[4] or ''})
      end
    end
  end
end
look(redis.call('LRANGE', KEYS[1], 0, -1), true)
look(redis.call('LRANGE', KEYS[3], -ARGV[2], -1))
look(redis.call('LRANGE', KEYS[4], -ARGV[2], -1))
look(redis.call('ZRANGE', KEYS[5], 0, ARGV[2] - 1))
look(redis.call('ZRANGE', KEYS[6], 0, ARGV[2] - 1))
return {held, lost, begun}`);

const jobsSchema = z.array(z.tuple([z.string(), z.string(), z.string()]));
const answerSchema = z.tuple([z.number(), jobsSchema, jobsSchema]);

export interface RunningDeps {
  readonly redis: Redis;
  readonly shelf: Pick<QueueShelf, 'job'>;
  readonly clock: Clock;
}

/** What runs at this moment. @throws what Redis throws; SwarmError RECORD_UNREADABLE */
export type LookAtRunning = () => Promise<Pick<Drained, 'left' | 'lost' | 'gone'>>;

/** To be asked again and again: a process counts as gone only once it was missed for a while. */
export function makeLookAtRunning(
  deps: RunningDeps,
  queue: string,
  options: { readonly prefix: string },
): LookAtRunning {
  const goneOf = makeGoneWatch(deps);
  return async () => {
    const { held, lost: all } = await stillRunning(deps, queue, options);
    const ended = await goneOf(all.flatMap(({ by }) => by ?? []));
    const jobs = (isGone: boolean) =>
      all.flatMap(({ job, by }) => ((by !== null && ended.has(by)) === isGone ? [job] : []));
    const lost = jobs(false);
    return { left: held + lost.length, lost, gone: jobs(true) };
  };
}

/** Begun, not known to have ended, and held by no worker. */
interface LostJob {
  /** Name and id. */
  readonly job: string;
  /** The process that began it last, as its connections to Redis are called; null where no process's end would be its own. */
  readonly by: string | null;
}

async function stillRunning(
  { redis, shelf }: RunningDeps,
  queue: string,
  { prefix }: { readonly prefix: string },
): Promise<{ readonly held: number; readonly lost: readonly LostJob[] }> {
  const jobs = `${prefix}:bull:${queue}:`;
  const waiting = ['wait', 'paused', 'delayed', 'prioritized'].map((list) => `${jobs}${list}`);
  const keys = [`${jobs}active`, `${prefix}:inbox`, ...waiting];
  const [held, stalled, begun] = answerSchema.parse(
    await runningScript(redis, keys, [jobs, mostLooked, ordering]),
  );
  const hasOrderOut = async (id: string) => isOut(redis, (await shelf.job(queue, id))?.data, prefix);
  const lost: LostJob[] = [];
  for (const [id, name, by] of stalled) {
    const goesOn = by === '' || (name === ordering && (await hasOrderOut(id)));
    lost.push({ job: `${name} ${id}`, by: goesOn ? null : by });
  }
  for (const [id, name] of begun) if (await hasOrderOut(id)) lost.push({ job: `${name} ${id}`, by: null });
  return { held, lost };
}

async function isOut(redis: Redis, found: unknown, prefix: string): Promise<boolean> {
  const { data } = jobDataSchema.safeParse(found);
  if (!data) return false;
  return wentOut(await readSteps(redis, { prefix, correlationId: data.envelope.correlationId }));
}
