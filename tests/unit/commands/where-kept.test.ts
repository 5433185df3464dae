// What a person is told of an order, by where it is kept.
import { expect, it } from 'vitest';
import type { Kept } from '../../../src/contracts/jobs.ts';
import type { JobSink } from '../../../src/contracts/ports.ts';
import { noteWhereKept } from '../../../src/commands/where-kept.ts';

const until = Date.UTC(2026, 0, 1, 12, 30, 5);
const order = {
  name: 'pipeline.sweep',
  id: 'j-1',
  correlationId: 'c-1',
  causationId: null,
  principal: 'system:test',
  body: { tick: 'now' },
} as const;

it.each<[Kept, string, number?]>([
  [{ kept: 'queue' }, 'It is in the queue.'],
  [
    { kept: 'disk', until },
    'Redis is away; the order is kept on disk and goes in when it is back, until 12:30:05 UTC; after that it is told as expired.',
  ],
  [
    { kept: 'copy', of: 'd-1', until },
    'Not sent: the same text went to the same receiver before, as d-1; until 12:30:05 UTC it counts as a copy.',
  ],
  [
    { kept: 'disk', until },
    'Redis is away; the order is kept on disk and goes in when it is back, until 2026-01-01 12:30:05 UTC; after that it is told as expired.',
    Date.UTC(2025, 11, 31, 23),
  ],
])('an order that is kept as %o is told so', async (kept, said, now = until) => {
  const sink: JobSink = { add: () => Promise.resolve(kept) };
  const { jobs, truth } = noteWhereKept(sink);
  expect(await jobs.add(order)).toBe(kept);
  expect(truth('It is in the queue.', now)).toBe(said);
});
