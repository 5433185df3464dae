// How long the id of a use stays taken by requests of which nothing came: not longer than they may be under way, and for
// as long as it is kept by one of which something may have come.
import { expect } from 'vitest';
import { createLimits, type Limits } from '../../../src/access/index.ts';
import { it } from '../../support/fixtures.ts';
import { ageClaims } from './claims.ts';

type Request = Parameters<Limits['admit']>[0];

const requestOf = (input: string): Request => ({
  principal: 'cli:local',
  rate: { burst: 500, everyMs: 60_000 },
  use: { id: 'a', input, keepMs: 60_000_000 },
  cooldowns: [],
  begins: true,
});
const [wrong, right] = [requestOf('restart slamm'), requestOf('restart slam')];
const freed = { reply: null, counts: false, frees: true };
const gone = 61_000;

async function ticketOf(limits: Limits, request: Request) {
  const admitted = await limits.admit(request);
  if (admitted.kind !== 'admitted') throw new Error(`not admitted: ${JSON.stringify(admitted)}`);
  return admitted.ticket;
}
const kindOf = async (limits: Limits, request: Request) => (await limits.admit(request)).kind;

it('an id is free when all of many equal wrong requests at once were refused', async ({ redis, prefix }) => {
  const limits = createLimits(redis, { prefix });
  const tickets = await Promise.all(Array.from({ length: 60 }, () => ticketOf(limits, wrong)));
  const last = tickets.pop();
  await Promise.all(tickets.map((ticket) => limits.settle(ticket, freed)));
  const before = await kindOf(limits, right);
  if (last) await limits.settle(last, freed);
  expect([before, await kindOf(limits, right)]).toEqual(['conflict', 'admitted']);
});

it('an id is free again when the process of its request was killed before anything came of it', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  await ticketOf(limits, wrong);
  const before = await kindOf(limits, right);
  await ageClaims(redis, prefix, gone);
  expect([before, await kindOf(limits, right), await kindOf(limits, wrong)]).toEqual([
    'conflict',
    'admitted',
    'conflict',
  ]);
});

it('the refusal of the same use frees its id, also of one whose process was killed', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  await ticketOf(limits, wrong);
  await ageClaims(redis, prefix, gone);
  await limits.settle(await ticketOf(limits, wrong), freed);
  expect(await redis.keys(`${prefix}:limit:use:*`)).toEqual([]);
});

it('an id of which something may have come stays taken, however long ago that was', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  const first = await ticketOf(limits, right);
  expect([await limits.take(first), await limits.take(first)]).toEqual([true, true]);
  await ageClaims(redis, prefix, gone);
  await limits.settle(await ticketOf(limits, right), freed);
  expect(await kindOf(limits, wrong)).toBe('conflict');
});

it('nothing comes of a request that was so slow that its id is something else’s by now', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  const slow = await ticketOf(limits, wrong);
  await ageClaims(redis, prefix, gone);
  const next = await ticketOf(limits, right);
  expect([await limits.take(slow), await limits.take(next)]).toEqual([false, true]);
  await limits.settle(slow, freed);
  expect(await limits.settle(slow, { reply: 'late', counts: true })).toBeNull();
  expect([await kindOf(limits, wrong), await kindOf(limits, right)]).toEqual(['conflict', 'admitted']);
});

it('a slow request whose id nobody else has asked for goes on, and nobody gets it from then', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  const slow = await ticketOf(limits, right);
  await ageClaims(redis, prefix, gone);
  expect([await limits.take(slow), await kindOf(limits, wrong)]).toEqual([true, 'conflict']);
});

it('a claim that is ahead, since the time of Redis was set back, lasts no longer than one of now', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  await ticketOf(limits, wrong);
  await ageClaims(redis, prefix, -36_000_000);
  const before = await kindOf(limits, right);
  await ageClaims(redis, prefix, gone);
  expect([before, await kindOf(limits, right)]).toEqual(['conflict', 'admitted']);
});

it('the same use again and again leaves not more and more behind', async ({ redis, prefix }) => {
  const limits = createLimits(redis, { prefix });
  for (let i = 0; i < 130; i += 1) await limits.take(await ticketOf(limits, right));
  const [key = ''] = await redis.keys(`${prefix}:limit:use:*`);
  expect(await redis.hlen(key)).toBeLessThan(110);
});
