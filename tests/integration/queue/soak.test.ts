// F36: work leaves nothing behind in the process: no listener, no handle, no memory that grows with it. Minutes of it on
// request: SWARMLINE_SOAK_S=1800.
import { expect, onTestFinished } from 'vitest';
import { eventually, it } from '../../support/fixtures.ts';
import { print } from '../../support/measured.ts';
import { createLaneHost, gasFor } from './lane-rig.ts';
import { producer } from './rig.ts';

const seconds = Number(process.env['SWARMLINE_SOAK_S'] ?? 4);

it(
  'F36 after ever more jobs the process has as many listeners and handles as after the first',
  async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    let done = 0;
    let onDone: () => void = () => undefined;
    const host = createLaneHost(place, async () => {
      done += 1;
      onDone();
      return 'does';
    });
    onTestFinished(() => host.stop());
    await host.start();
    const jobs = producer(place);
    onTestFinished(() => jobs.close());
    let given = 0;
    // Many in flight at once: a wait that leaves a listener behind shows at eleven of them.
    const round = async () => {
      const all = new Promise<void>((resolve) => {
        const end = given + 40;
        onDone = () => done === end && resolve();
      });
      const orders = Array.from({ length: 40 }, (_, i) => gasFor(`A${i % 8}`, given + i));
      await Promise.all(orders.map((order) => jobs.add(order)));
      given += 40;
      await all;
    };
    const held = () => ({
      listeners: redis.eventNames().reduce((sum, name) => sum + redis.listenerCount(name), 0),
      handles: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
    });
    await round();
    await round();
    const before = held();
    const begun = process.memoryUsage().rss;
    const until = Date.now() + seconds * 1_000;
    do await round();
    while (Date.now() < until);
    print(`F36 ${given} jobs, rss ${Math.round((process.memoryUsage().rss - begun) / 1_048_576)} MB more`);
    // What the last jobs opened is closed a moment after their end; what is left behind by each job only grows.
    await eventually(held, {
      accept: ({ listeners, handles }) => listeners <= before.listeners && handles <= before.handles,
    });
    expect(given).toBeGreaterThan(100);
  },
  (seconds + 60) * 1_000,
);
