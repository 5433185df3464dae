// Calls off what came of one use of a command, wherever it is by now. The word is written down first, so that whichever
// process begins the job from then on finds it; only then is the job looked for.
import type { Job } from 'bullmq';
import { jobDataSchema } from '../contracts/jobs.ts';
import type { JobCanceller, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { isOut, tellCancelled } from './cancelled.ts';
import { queueFault } from './faults.ts';
import { createFlowIndex, type QueuedJob } from './flow-index.ts';
import { createInboxTable } from './inbox-table.ts';
import { Lanes } from './lanes.ts';
import { QueueShelf } from './queue-shelf.ts';

export interface CancellerDeps {
  readonly redis: Redis;
  readonly jobs: JobSink;
  readonly clock: Pick<Clock, 'now'>;
}

type Answer = Awaited<ReturnType<JobCanceller['cancel']>>;

/** @throws from `cancel`: SwarmError REDIS_* */
export function createCanceller(deps: CancellerDeps, { prefix }: { readonly prefix: string }): JobCanceller {
  const { redis } = deps;
  const flows = createFlowIndex(redis, { prefix });
  const shelf = new QueueShelf(redis, { prefix });
  const inbox = createInboxTable(redis, { prefix, instance: 'canceller' });
  const lanes = new Lanes(deps, { prefix });

  const cancelOne = async ({ queue, id }: QueuedJob, by: string): Promise<Answer> => {
    const job = await shelf.job(queue, id);
    if (!job || (await inbox.isDone(id)) || (await hasEnded(job))) return job ? 'too-late' : 'unknown';
    const parsed = jobDataSchema.safeParse(job.data);
    if (!parsed.success) return 'unknown';
    const facts = { prefix, name: job.name, ...parsed.data, body: parsed.data.body };
    if (await isOut(deps, facts)) return 'too-late';
    await inbox.cancel(id, by);
    // A worker may have begun it just now, or holds it already: then it tells.
    if (!(await isRemoved(job))) return (await hasEnded(job)) ? 'too-late' : 'cancelling';
    await tellCancelled(deps, { ...facts, by });
    await inbox.markDone(id);
    // Where this is missed, the next in its lane looks by itself.
    await lanes.leave(job).catch(() => undefined);
    return 'cancelled';
  };

  return {
    cancel: async (correlationId, by) => {
      try {
        const answers: Answer[] = [];
        for (const job of await flows.jobsOf(correlationId)) answers.push(await cancelOne(job, by));
        return worstOf(answers);
      } catch (thrown) {
        throw queueFault(thrown);
      }
    },
  };
}

async function hasEnded(job: Job): Promise<boolean> {
  const state = await job.getState();
  return state === 'completed' || state === 'failed';
}

async function isRemoved(job: Job): Promise<boolean> {
  if ((await job.getState()) === 'active') return false;
  return job.remove().then(
    () => true,
    (thrown: unknown) => {
      // Between the look and the grip a worker took it.
      if (queueFault(thrown).kind.class === 'conflict') return false;
      throw thrown;
    },
  );
}

/** Of several jobs, the one that says least: nobody may read that all is off while a part of it is not. */
function worstOf(answers: readonly Answer[]): Answer {
  const known = answers.filter((answer) => answer !== 'unknown');
  for (const answer of ['too-late', 'cancelling', 'cancelled'] as const) {
    if (known.includes(answer)) return answer;
  }
  return 'unknown';
}
