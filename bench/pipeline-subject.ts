// The pipeline under measurement: many agents on a real Redis, with a queue that only notes when gas was given to it.
import type { JobName, JobOrder, Kept } from '../src/contracts/jobs.ts';
import { systemClock } from '../src/core/clock.ts';
import { silentLogger } from '../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { createPipeline, type PipelineOptions } from '../src/pipeline/index.ts';
import { stallConfigSchema } from '../src/pipeline/stall/config.ts';

export function openPipeline(
  url: string,
  agents: PipelineOptions['agents'],
  { watched }: { readonly watched: boolean } = { watched: true },
) {
  const redis = createCommandRedis({ url, name: 'bench:pipeline' });
  const given = new Map<string, number>();
  const clock = { aheadMs: 0 };
  const now = () => systemClock.now() + clock.aheadMs;
  const add = (order: JobOrder<JobName>): Promise<Kept> => {
    if (order.name === 'gas.deliver') given.set(order.correlationId, performance.now());
    return Promise.resolve({ kept: 'queue' });
  };
  // Pairs, so that nobody gets more gas than it may hold, and no join or round is measured.
  const links = agents.flatMap(({ id }, at) => {
    const next = agents[at + 1];
    return at % 2 === 0 && next ? [[id, { next: [next.id] }] as const] : [];
  });
  const pipeline = createPipeline(
    { redis, jobs: { add }, clock: { ...systemClock, now }, logger: silentLogger },
    {
      ...{ prefix: '{bench}', agents, reportTo: [], ackTimeoutMs: 86_400_000 },
      stall: stallConfigSchema.parse({ enabled: watched }),
      chain: { chain: [], end: 'stop', agents: Object.fromEntries(links), schedules: [] },
    },
  );
  return {
    pipeline,
    /** When gas came to the queue, by the id of its delivery, ms as `performance.now`. */
    given,
    advance: (ms: number) => {
      clock.aheadMs += ms;
    },
    close: () => closeRedis(redis),
  };
}
