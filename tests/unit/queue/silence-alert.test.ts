// What is told of an alert that is kept from being told for a while.
import { expect, it } from 'vitest';
import { bindHandler, makeSilenceAlert } from '../../../src/queue/index.ts';
import { notingSink } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

it.each([
  [30, 'silenced until 2026-11-26 23:50 UTC'],
  [2_880, 'silenced until 2026-11-28 23:20 UTC'],
])('a silence of %i min is told with its day, since what is told is kept', async (minutes, said) => {
  const now = Date.UTC(2026, 10, 26, 23, 20);
  const told: string[] = [];
  const jobs = notingSink(({ body }) => void ('text' in body && body.text && told.push(body.text)));
  const { take } = bindHandler(
    makeSilenceAlert({
      jobs,
      clock: new ManualClock(now),
      authority: { allows: async () => true },
      silencer: { silence: async () => undefined },
    }),
  );
  const ids = { v: 1, id: 'j-1', correlationId: 'c-1', causationId: null } as const;
  const envelope = { ...ids, issuedAt: now, deadline: now + 60_000, principal: 'console:local' };
  const body = { pattern: 'link-lost/*', minutes, replyTo: { surface: 'console', place: 'main' } };
  await take(body, { envelope })({ envelope, signal: new AbortController().signal });
  expect(told).toEqual([said]);
});
