// The seconds that a restart took, with and without a crash of the platform in its middle.
import { expect, it } from 'vitest';
import { restartTime } from '../../../src/bridge/restart-time.ts';

const times = { firstSentAt: 1_000, acceptedAt: null, absent: 'swarmline', now: 60_000 } as const;

it.each([
  [
    'is what passed here where nothing came between',
    2_900,
    { ...times, absent: null, now: 3_000 },
    { tookMs: 2_000 },
  ],
  [
    'is the service’s own from when it took the order, also where RabbitMQ only halted',
    3_000,
    { ...times, absent: null, acceptedAt: 1_800, now: 11_000 },
    { tookMs: 1_200 },
  ],
  [
    'is what passed here where the clocks disagree and nobody was away',
    400,
    { ...times, absent: null, acceptedAt: 1_800, now: 3_000 },
    { tookMs: 2_000 },
  ],
  ['ends when the service was ready, however late that is heard', 3_000, times, { tookMs: 2_000 }],
  [
    'begins when an order that waited for us was taken',
    58_000,
    { ...times, acceptedAt: 57_000 },
    { tookMs: 1_000 },
  ],
  ['says so where the clocks disagree', 400, times, { tookMs: 59_000, withAbsenceOf: 'swarmline' }],
  ['says so where the clock there is ahead', 90_000, times, { tookMs: 59_000, withAbsenceOf: 'swarmline' }],
  [
    'is that of the service too where RabbitMQ was away',
    3_000,
    { ...times, acceptedAt: 2_500, absent: 'rabbitmq' },
    { tookMs: 500 },
  ],
  [
    'says who was away where that may be among it',
    null,
    { ...times, absent: 'rabbitmq' },
    { tookMs: 59_000, withAbsenceOf: 'rabbitmq' },
  ],
  [
    'says so where nobody told since when it is ready',
    null,
    times,
    { tookMs: 59_000, withAbsenceOf: 'swarmline' },
  ],
] as const)('%s', (_what, readySince, known, expected) => {
  expect(restartTime({ readySince }, known)).toEqual(expected);
});
