// A receiver that is busy may be so for hours: its gas waits, in its order, and none of that is a try that failed.
import { expect, onTestFinished } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createLaneHost, doneFor, gasFor } from './lane-rig.ts';
import { ended, producer, stored } from './rig.ts';

it('waits for a busy receiver without counting that as a try, and keeps the order', async ({
  redis,
  redisUrl,
  prefix,
}) => {
  const place = { redis, redisUrl, prefix };
  let asked = 0;
  const host = createLaneHost(place, ({ id }) => {
    if (id !== 'A-0') return Promise.resolve('does');
    asked += 1;
    if (asked > 1) return Promise.resolve('does');
    throw new SwarmError(domainErrors.inboxBusy, 'something moves');
  });
  onTestFinished(() => host.stop());
  await host.start();
  const jobs = producer(place);
  for (const nr of [0, 1]) await jobs.add(gasFor('A', nr));
  await jobs.add(gasFor('B', 0));
  expect(await ended(place, 'g-B-0', 'gas')).toBe('completed');
  expect([asked, await doneFor(place, 'A')]).toEqual([1, []]);
  await eventually(async () => (await doneFor(place, 'A')).length === 2, { timeoutMs: 20_000 });
  expect(await doneFor(place, 'A')).toEqual([0, 1]);
  // Tries that BullMQ counts, and runs that it began: the second was no other try.
  const { atm, ats } = await stored(place, 'g-A-0', 'gas');
  expect([atm, ats]).toEqual(['1', '2']);
});
