// Which jobs came of one use of a command, so that it can be called off. Only what somebody waits for stands there.
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { isAnswered } from './cancelled.ts';

const keepSeconds = 7 * 24 * 3_600;

const noteScript = makeScript(`
redis.call('SADD', KEYS[1], ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])`);

export interface QueuedJob {
  readonly queue: string;
  readonly id: string;
}

export interface FlowIndex {
  /** Written before the job is added: an entry without its job does no harm. */
  note(correlationId: string, job: QueuedJob & { readonly body: unknown }): Promise<void>;
  jobsOf(correlationId: string): Promise<readonly QueuedJob[]>;
}

export function createFlowIndex(redis: Redis, { prefix }: { readonly prefix: string }): FlowIndex {
  const key = (correlationId: string) => `${prefix}:flow:${correlationId}`;
  return {
    note: async (correlationId, { queue, id, body }) => {
      if (!isAnswered(body)) return;
      await noteScript(redis, [key(correlationId)], [`${queue}/${id}`, keepSeconds]);
    },
    jobsOf: async (correlationId) =>
      (await redis.smembers(key(correlationId))).map((name) => {
        const [queue = '', ...rest] = name.split('/');
        return { queue, id: rest.join('/') };
      }),
  };
}
