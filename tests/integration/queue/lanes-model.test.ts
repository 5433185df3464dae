// The order of a lane, whatever is given to whom, whichever runs fail, and however many workers there are: each receiver has
// its jobs once and in the order they were given. fast-check prints the seed of what fails.
import fc from 'fast-check';
import { expect } from 'vitest';
import { eventually, it } from '../../support/fixtures.ts';
import { createLaneHost, doneFor, gasFor } from './lane-rig.ts';
import { producer } from './rig.ts';

const receivers = ['A', 'B', 'C'] as const;
const scenario = fc.record({
  given: fc.array(fc.constantFrom(...receivers), { minLength: 1, maxLength: 15 }),
  /** Given one after another, or all at once, which is one batch for Redis. */
  atOnce: fc.boolean(),
  /** Which of those given fails at its first run. */
  fails: fc.uniqueArray(fc.nat({ max: 14 }), { maxLength: 2 }),
  /** Jobs at once, of each worker that there is. */
  hands: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
});

it('is the one in which the jobs were given', { timeout: 120_000 }, async ({ redis, redisUrl, prefix }) => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ given, atOnce, fails, hands }) => {
      run += 1;
      const place = { redis, redisUrl, prefix: `${prefix}:${run}` };
      const orders = given.map((to, i) => ({ to, nr: i }));
      const failing = new Set(
        orders.filter(({ nr }) => fails.includes(nr)).map(({ to, nr }) => `${to}-${nr}`),
      );
      const fate = async ({ id }: { readonly id: string }) => (failing.delete(id) ? 'fails' : 'does');
      const hosts = hands.map((many) => createLaneHost(place, fate, many));
      const jobs = producer(place);
      const add = ({ to, nr }: (typeof orders)[number]) => jobs.add(gasFor(to, nr));
      try {
        await Promise.all(hosts.map((host) => host.start()));
        if (atOnce) await Promise.all(orders.map(add));
        else for (const order of orders) await add(order);
        for (const receiver of receivers) {
          const expected = orders.filter(({ to }) => to === receiver).map(({ nr }) => nr);
          const done = () => doneFor(place, receiver);
          const accept = ({ length }: readonly number[]) => length >= expected.length;
          expect(await eventually(done, { timeoutMs: 30_000, accept })).toEqual(expected);
        }
        // Nothing crashed, so nothing may have been done a second time.
        expect(await redis.llen(`${place.prefix}:note`)).toBe(orders.length);
      } finally {
        await Promise.all([...hosts.map((host) => host.stop()), jobs.close()]);
      }
    }),
    { numRuns: 10 },
  );
});
