// Faults of the queue, raised by BullMQ against a real Redis.
import {
  DelayedError,
  type Job,
  Queue,
  RateLimitError,
  UnrecoverableError,
  WaitingChildrenError,
  Worker,
} from 'bullmq';
import { closeRedis, createBlockingRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import type { Sample } from './sample.ts';

export interface QueueScene {
  readonly redisUrl: string;
  readonly prefix: string;
}

export const queueSamples: readonly Sample<QueueScene>[] = [
  {
    what: 'BullMQ: a job id with a colon',
    raise: (scene) => onQueue(scene, (queue) => queue.add('job', {}, { jobId: 'a:b' })),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a job id that is an integer',
    raise: (scene) => onQueue(scene, (queue) => queue.add('job', {}, { jobId: '12' })),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a job that is too large',
    raise: (scene) => onQueue(scene, (queue) => queue.add('job', { a: 'x'.repeat(100) }, { sizeLimit: 50 })),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a priority that is no integer',
    raise: (scene) => onQueue(scene, (queue) => queue.add('job', {}, { priority: 1.5 })),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a queue with a colon in its name',
    raise: (scene) => onQueue(scene, () => Promise.resolve(), 'a:b'),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a job that bites its own tail',
    raise: (scene) => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      return onQueue(scene, (queue) => queue.add('job', circle));
    },
    is: 'UNEXPECTED bug final',
  },
  {
    what: 'BullMQ: a word to a job that is gone',
    raise: (scene) =>
      onJob(scene, async (job) => {
        await job.remove();
        return job.updateData({});
      }),
    is: 'JOB_UNKNOWN not-found final',
  },
  {
    what: 'BullMQ: a child of a job that there is not',
    raise: (scene) =>
      onQueue(scene, (queue) => queue.add('job', {}, { parent: { id: 'none', queue: queue.qualifiedName } })),
    is: 'JOB_UNKNOWN not-found final',
  },
  {
    what: 'BullMQ: the end of a job that nobody holds',
    raise: (scene) => onJob(scene, (job) => job.moveToCompleted('done', 'token', false)),
    is: 'JOB_LOCK_LOST conflict final',
  },
  {
    what: 'BullMQ: the end of a job that another worker holds',
    raise: (scene) => onHeldJob(scene, (job) => job.moveToCompleted('done', 'another', false)),
    is: 'JOB_LOCK_LOST conflict final',
  },
  {
    what: 'BullMQ: the removal of a job that a worker holds',
    raise: (scene) => onHeldJob(scene, (job) => job.remove()),
    is: 'JOB_CONFLICT conflict final',
  },
  {
    what: 'BullMQ: another try of a job that has not failed',
    raise: (scene) => onJob(scene, (job) => job.retry()),
    is: 'JOB_CONFLICT conflict final',
  },
  {
    what: 'BullMQ: a job that is made due and does not wait',
    raise: (scene) => onJob(scene, (job) => job.promote()),
    is: 'JOB_CONFLICT conflict final',
  },
  {
    what: 'BullMQ: a handler that gives its job up',
    raise: (scene) => failedBy(scene, () => new UnrecoverableError('no')),
    is: 'JOB_INVALID validation final',
  },
  {
    what: 'BullMQ: a handler that puts its job back',
    raise: () => Promise.reject(new DelayedError()),
    is: 'JOB_POSTPONED transient retry',
  },
  {
    what: 'BullMQ: a handler whose job waits for its children',
    raise: () => Promise.reject(new WaitingChildrenError()),
    is: 'JOB_POSTPONED transient retry',
  },
  {
    what: 'BullMQ: a queue that is held back',
    raise: () => Promise.reject(new RateLimitError()),
    is: 'QUEUE_RATE_LIMITED rate-limited retry',
  },
  {
    what: 'BullMQ: a queue whose connection was closed',
    raise: (scene) =>
      onQueue(scene, async (queue, redis) => {
        closeRedis(redis);
        return queue.add('job', {});
      }),
    is: 'REDIS_UNAVAILABLE dependency retry',
  },
  {
    what: 'BullMQ: a queue whose keys are of another type',
    raise: (scene) =>
      onQueue(scene, async (queue, redis) => {
        await redis.set(`${queue.qualifiedName}:wait`, 'text');
        return queue.add('job', {});
      }),
    is: 'REDIS_REFUSED bug final',
  },
];

type Run = (queue: Queue, redis: Redis) => Promise<unknown>;

async function onQueue({ redisUrl, prefix }: QueueScene, run: Run, name = 'samples'): Promise<unknown> {
  const redis = createCommandRedis({ url: redisUrl, name: 'sample' });
  try {
    const queue = new Queue(name, { connection: redis, prefix, skipWaitingForReady: true });
    queue.on('error', () => undefined);
    return await run(queue, redis);
  } finally {
    closeRedis(redis);
  }
}

async function onJob(scene: QueueScene, run: (job: Job) => Promise<unknown>): Promise<unknown> {
  return onQueue(scene, async (queue) => run(await queue.add('job', {})));
}

/** With a job that a worker has taken. */
async function onHeldJob(scene: QueueScene, run: (job: Job) => Promise<unknown>): Promise<unknown> {
  return onQueue(scene, async (queue) => {
    await queue.add('job', {});
    return withWorker(scene, null, async (worker) => {
      const job = await worker.getNextJob('holder');
      if (!job) throw new Error('there is no job to hold');
      return run(job);
    });
  });
}

/** Rejects with what the worker tells of a job whose handler failed so. */
async function failedBy(scene: QueueScene, fault: () => Error): Promise<unknown> {
  return onQueue(scene, async (queue) => {
    await queue.add('job', {}, { attempts: 5 });
    const handler = () => Promise.reject(fault());
    return withWorker(scene, handler, (worker) => {
      const failed = new Promise<never>((_, reject) => worker.once('failed', (_job, error) => reject(error)));
      void worker.run();
      return failed;
    });
  });
}

async function withWorker(
  { redisUrl, prefix }: QueueScene,
  handler: (() => Promise<unknown>) | null,
  run: (worker: Worker) => Promise<unknown>,
): Promise<unknown> {
  const connection = createBlockingRedis({ url: redisUrl, name: 'sample' });
  const worker = new Worker('samples', handler, { connection, prefix, autorun: false });
  worker.on('error', () => undefined);
  try {
    return await run(worker);
  } finally {
    await worker.close(true);
    closeRedis(connection);
  }
}
