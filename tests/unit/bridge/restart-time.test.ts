// The seconds that a restart took, with and without a crash of the platform in its middle.
import { expect, it } from 'vitest';
import { restartTime } from '../../../src/bridge/restart-time.ts';

const times = { firstSentAt: 1_000, acceptedAt: null, resumed: true, now: 60_000 };

it.each([
  [
    'is what passed here where nothing came between',
    2_900,
    { ...times, resumed: false, now: 3_000 },
    { tookMs: 2_000 },
  ],
  ['ends when the service was ready, however late that is heard', 3_000, times, { tookMs: 2_000 }],
  [
    'begins when an order that waited for us was taken',
    58_000,
    { ...times, acceptedAt: 57_000 },
    { tookMs: 1_000 },
  ],
  ['says so where the clocks disagree', 400, times, { tookMs: 59_000, withAbsence: true }],
  ['says so where the clock there is ahead', 90_000, times, { tookMs: 59_000, withAbsence: true }],
  ['says so where nobody told since when it is ready', null, times, { tookMs: 59_000, withAbsence: true }],
] as const)('%s', (_what, readySince, known, expected) => {
  expect(restartTime({ readySince }, known)).toEqual(expected);
});
