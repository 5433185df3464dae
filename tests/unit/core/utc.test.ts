// Times as people read them.
import { expect, it } from 'vitest';
import { utc, utcTime } from '../../../src/core/utc.ts';

const at = Date.UTC(2026, 10, 26, 8, 7, 6, 5);

it('a time is told with its day, to the minute unless asked', () => {
  expect([utc(at), utc(at, 's'), utc(at, 'ms')]).toEqual([
    '2026-11-26 08:07 UTC',
    '2026-11-26 08:07:06 UTC',
    '2026-11-26 08:07:06.005 UTC',
  ]);
});

it.each([
  ['without its day on that day', Date.UTC(2026, 10, 26), '08:07 UTC', '08:07:06 UTC'],
  [
    'with its day where it is of tomorrow',
    Date.UTC(2026, 10, 25, 23, 59),
    '2026-11-26 08:07 UTC',
    '2026-11-26 08:07:06 UTC',
  ],
  [
    'with its day where it is of yesterday, also within 24 hours',
    Date.UTC(2026, 10, 27),
    '2026-11-26 08:07 UTC',
    '2026-11-26 08:07:06 UTC',
  ],
])('a time is told %s', (_what, now, toMinute, toSecond) => {
  expect([utcTime(at, now), utcTime(at, now, 's')]).toEqual([toMinute, toSecond]);
});
