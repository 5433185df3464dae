// How much a queue takes, and in which order it gives what it holds.
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createProducer } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createLaneHost, gasFor } from './lane-rig.ts';
import { ended, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

describe('a queue with room for three', () => {
  it('refuses the fourth open job with QUEUE_FULL, and takes one again for each that ends', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const jobs = createProducer({ redis, clock: systemClock }, { prefix, capacity: 3 });
    for (const id of ['1', '2', '3']) await jobs.add(sweep(`j-${id}`));
    await expect(jobs.add(sweep('j-4'))).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
    const { handler, runs } = sweeper();
    await startHost(place, [handler]);
    await ended(place, 'j-3');
    for (const id of ['4', '5', '6']) expect(await jobs.add(sweep(`j-${id}`))).toEqual({ kept: 'queue' });
    await ended(place, 'j-6');
    expect(runs).toHaveLength(6);
  });

  it('counts what others put in, and what is delayed or has a rank; another queue has room of its own', async ({
    redis,
    prefix,
  }) => {
    const options = { prefix, capacity: 3 };
    const [first, second] = [1, 2].map(() => createProducer({ redis, clock: systemClock }, options));
    for (const nr of [1, 2, 3]) await first?.add(gasFor('A', nr));
    await expect(second?.add(gasFor('A', 4))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(await second?.add(sweep('j-1'))).toEqual({ kept: 'queue' });
  });

  it('takes any number of orders that let a queue go', async ({ redis, prefix }) => {
    const jobs = createProducer({ redis, clock: systemClock }, { prefix, capacity: 1 });
    const resume = (id: string) =>
      ({
        name: 'queue.hold',
        ...{ id, correlationId: id, causationId: null, principal: 'console:local' },
        body: { queue: 'gas', order: 'resume', replyTo: { surface: 'console', place: 'main' } },
      }) as const;
    for (const id of ['q-1', 'q-2', 'q-3']) expect(await jobs.add(resume(id))).toEqual({ kept: 'queue' });
  });
});

it('gas that has waited goes before an order of a person that came later, and after one that came with it', async ({
  redis,
  redisUrl,
  prefix,
}) => {
  const start = Date.now() - 30 * 60_000;
  const at = (minutes: number) => {
    const clock = { ...systemClock, now: () => start + minutes * 60_000 };
    return createProducer({ redis, clock }, { prefix });
  };
  const ofPerson = (to: string) => ({ ...gasFor(to, 1), principal: 'discord:1' });
  await at(0).add(gasFor('old-gas', 1));
  await at(10).add(gasFor('new-gas', 1));
  await at(10).add(ofPerson('person'));
  const order: string[] = [];
  const host = createLaneHost(
    { redis, redisUrl, prefix },
    async ({ to }) => {
      order.push(to);
      return 'does';
    },
    1,
  );
  onTestFinished(() => host.stop());
  await host.start();
  await eventually(() => order.length === 3);
  expect(order).toEqual(['old-gas', 'person', 'new-gas']);
});
