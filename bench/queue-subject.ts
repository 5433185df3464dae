// The platform's own queue under measurement: its producer and its workers, as the platform wires them, with a handler
// that does nothing but note what it ran.
import { systemClock } from '../src/core/clock.ts';
import { Faults } from '../src/core/faults.ts';
import { Link } from '../src/core/links.ts';
import { silentLogger } from '../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { bindHandler, createProducer, WorkerHost } from '../src/queue/index.ts';
import { inFlight } from './support.ts';

const prefix = '{bench}';
/** About 300 bytes of body, as in the floor. */
export const text = 'the next prompt, of which there are many '.repeat(6);

export function openSubject(redisUrl: string) {
  const redis = createCommandRedis({ url: redisUrl, name: 'bench:subject' });
  const producer = createProducer({ redis, clock: systemClock }, { prefix, capacity: 1_000_000 });
  const add = async (id: string) => {
    await producer.add({
      name: 'gas.tick',
      id,
      correlationId: id,
      causationId: null,
      principal: 'system:bench',
      body: { schedule: 'bench', to: 'Agent-1', text, tick: id },
    });
  };
  return {
    add: (ids: readonly string[], width: number) => inFlight(ids, width, add),
    /** Runs what waits, until `count` have run. Resolves to the ids. */
    drain: async (count: number, concurrency: number): Promise<readonly string[]> => {
      const done: string[] = [];
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const handler = bindHandler({
        name: 'gas.tick',
        run: ({ tick }) => {
          done.push(tick);
          if (done.length === count) finish();
          return Promise.resolve();
        },
        dead: () => Promise.resolve(),
      });
      const link = new Link({ name: 'workers', hard: true, clock: systemClock });
      const host = new WorkerHost(
        { redis, clock: systemClock, logger: silentLogger, link, faults: new Faults(), handlers: [handler] },
        { redisUrl, prefix, queues: { pipeline: concurrency } },
      );
      await host.start();
      await finished;
      await host.stop();
      return done;
    },
    close: async () => {
      await producer.close();
      closeRedis(redis);
    },
  };
}
