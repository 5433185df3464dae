// What people read of gas that nobody takes: one alert for each receiver, and what to do first.
import { expect, it } from 'vitest';
import { byReceiver, type GasAlert } from '../../../src/pipeline/alerts.ts';

const wanted = (id: string, at: number, given: Partial<GasAlert> = {}): GasAlert => ({
  ...{ id, from: 'A', to: 'B', checkpoint: 80, at, why: 'not acknowledged after 3 tries' },
  ...given,
});

it('is one for each receiver, as old as its oldest delivery', () => {
  const told = byReceiver([wanted('a', 5_000), wanted('b', 2_000), wanted('c', 3_000, { to: 'C' })]);
  expect(told).toMatchObject([
    { receiver: 'B', count: 2, since: 2_000 },
    { receiver: 'C', count: 1, since: 3_000 },
  ]);
});

it('says first what to do, so that the mend is read also where a long reason is cut off', () => {
  const id = '0123456789abcdef0123';
  const [told] = byReceiver([wanted(id, 1_000, { why: 'x'.repeat(500) })]);
  expect(told?.detail.slice(0, 60)).toContain('wake B, or `gas reassign 01234567 AGENT`');
  expect(told?.detail).toContain(`the 80 % gas of A (${id}): xxx`);
});

it('speaks of no percent where gas came without a checkpoint', () => {
  const [told] = byReceiver([wanted('a', 1_000, { checkpoint: null })]);
  expect(told?.detail).toContain('last the gas of A (a)');
});
