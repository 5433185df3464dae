// F35: a process that is late takes fewer jobs, and never none.
import { Faults } from '../../../src/core/faults.ts';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { WorkerHost } from '../../../src/queue/index.ts';
import { createGate } from '../../unit/core/gate.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ended, type Place, producer, sweep, sweeper } from './rig.ts';

/** A host of one queue, four jobs at a time, whose process is late while `late.now`; the first job has a gate of its own. */
function lateHost(place: Place) {
  const late = { now: true };
  const running = { now: 0, most: 0 };
  const gates = { first: createGate(), others: createGate() };
  const { handler, runs } = sweeper(async ({ tick }) => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await (tick === 'a' ? gates.first : gates.others).passed;
    running.now -= 1;
  });
  const link = new Link({ name: 'workers', hard: true, clock: systemClock });
  const host = new WorkerHost(
    {
      redis: place.redis,
      clock: systemClock,
      logger: silentLogger,
      link,
      faults: new Faults(),
      handlers: [handler],
      isLate: () => late.now,
    },
    { redisUrl: place.redisUrl, prefix: place.prefix, queues: { pipeline: 4 } },
  );
  onTestFinished(() => host.stop());
  return { host, link, late, running, runs, gates };
}

describe('a worker whose process is late', () => {
  it('F35 runs one job at a time, says so, and as many as before once it is on time', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { host, link, late, running, runs, gates } = lateHost(place);
    const jobs = producer(place);
    await host.start();
    for (const id of ['a', 'b', 'c', 'd']) await jobs.add(sweep(id, id));
    await eventually(() => running.now === 1);
    expect(link.status()).toMatchObject({
      state: 'up',
      detail: '1 queues, one job of each at a time: the event loop is late',
    });
    // longer than a free worker takes to fetch
    await systemClock.sleep(1_000);
    expect(running.most).toBe(1);
    late.now = false;
    await eventually(() => link.status().detail === '1 queues', { timeoutMs: 20_000 });
    gates.first.open();
    await eventually(() => running.now === 3);
    gates.others.open();
    for (const id of ['a', 'b', 'c', 'd']) expect(await ended(place, id)).toBe('completed');
    expect(runs).toHaveLength(4);
  });
});
