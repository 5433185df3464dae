// Calls off what came of one use of a command, wherever it is by now. The word is written down first, so that whichever
// process begins the job from then on finds it; only then is the job looked for.
import type { Job } from 'bullmq';
import { deliveryJobId } from '../contracts/ids.ts';
import { jobCatalogue, jobDataSchema } from '../contracts/jobs.ts';
import type { CallOffGas, DeliveryLedger, JobCanceller, JobSink, SentOrders } from '../contracts/ports.ts';
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
  /** Absent: that an order is out is known by its story alone. */
  readonly orders?: SentOrders;
  /** Knows which deliveries there are. Absent: none. */
  readonly ledger?: Pick<DeliveryLedger, 'state'>;
  /** Takes a delivery out. Absent: none can be. */
  readonly callOff?: CallOffGas;
}

/** Where a job lies that is found by its own id. Reports are never called off: they tell what is true. */
const queues: readonly string[] = [
  ...new Set(
    Object.values(jobCatalogue)
      .map(({ queue }) => queue)
      .filter((queue) => queue !== 'report'),
  ),
];
/** A delivery that waits is given to the queue anew ever more seldom; in a day ten times. */
const mostRetries = 12;
/** What was laid down is laid down again so often at most, by the bounds of the configuration. */
const mostTries = 20;

/** What its jobs are told apart by, as `deliveryJobId` has it. */
const firstJobs = Array.from({ length: mostRetries + 1 }, (_, retry) => retry);
const laterTries = Array.from({ length: mostTries - 1 }, (_, i) => `try ${i + 2}`);

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
    // It had begun and waits for its next try: only its handler knows what is to be taken back, so a worker ends it.
    if (await inbox.isTouched(id)) {
      await promoted(job);
      return (await hasEnded(job)) ? 'too-late' : 'cancelling';
    }
    // A worker may have begun it just now, or holds it already: then it tells.
    if (!(await isRemoved(job))) return (await hasEnded(job)) ? 'too-late' : 'cancelling';
    await tellCancelled(deps, { ...facts, by });
    await inbox.markDone(id);
    // Where this is missed, the next in its lane looks by itself.
    await lanes.leave(job).catch(() => undefined);
    return 'cancelled';
  };

  // The delivery first, then its jobs: so no worker lays it down, and no sweep gives it to the queue anew.
  const cancelDelivery = async (id: string, by: string): Promise<Answer> => {
    const isOff = (await deps.callOff?.(id, by)) ?? false;
    const { queue } = jobCatalogue['gas.deliver'];
    // What lies in the inbox stays there, and whoever laid it down has yet to say so; but nobody lays it down once more.
    const jobs = isOff ? [...firstJobs, ...laterTries] : laterTries;
    for (const which of jobs) await cancelOne({ queue, id: deliveryJobId(id, which) }, by);
    return isOff ? 'cancelled' : 'too-late';
  };

  const isDelivery = async (id: string) => ((await deps.ledger?.state(id)) ?? null) !== null;
  const jobsCalled = async (id: string): Promise<readonly QueuedJob[]> => {
    const jobs = await Promise.all(queues.map((queue) => shelf.job(queue, id)));
    return jobs.flatMap((job) => (job === null ? [] : [{ queue: job.queueName, id }]));
  };
  const jobsOf = async (id: string): Promise<readonly QueuedJob[]> => {
    const noted = await flows.jobsOf(id);
    return noted.length > 0 ? noted : jobsCalled(id);
  };

  return {
    cancel: async (id, by) => {
      try {
        if (await isDelivery(id)) return await cancelDelivery(id, by);
        const answers: Answer[] = [];
        for (const job of await jobsOf(id)) answers.push(await cancelOne(job, by));
        return worstOf(answers);
      } catch (thrown) {
        throw queueFault(thrown);
      }
    },
    knows: async (id) => {
      try {
        return (await isDelivery(id)) || (await jobsOf(id)).length > 0;
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

async function promoted(job: Job): Promise<void> {
  await job.promote().catch((thrown: unknown) => {
    // One that is not asleep is on its way to a worker anyway.
    if (queueFault(thrown).kind.class !== 'conflict') throw thrown;
  });
}

/** Of several jobs, the one that says least: nobody may read that all is off while a part of it is not. */
function worstOf(answers: readonly Answer[]): Answer {
  const known = answers.filter((answer) => answer !== 'unknown');
  for (const answer of ['too-late', 'cancelling', 'cancelled'] as const) {
    if (known.includes(answer)) return answer;
  }
  return 'unknown';
}
