// Which jobs came of one use of a command, so that it can be called off. Only what somebody waits for stands there.
import type { Redis } from '../core/redis.ts';
import { answeredSchema } from './cancelled.ts';
import { execAll } from './exec-all.ts';

const keepSeconds = 7 * 24 * 3_600;

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
      if (!answeredSchema.safeParse(body).success) return;
      const name = key(correlationId);
      await execAll(redis.multi().sadd(name, `${queue}/${id}`).expire(name, keepSeconds));
    },
    jobsOf: async (correlationId) =>
      (await redis.smembers(key(correlationId))).map((name) => {
        const [queue = '', ...rest] = name.split('/');
        return { queue, id: rest.join('/') };
      }),
  };
}
