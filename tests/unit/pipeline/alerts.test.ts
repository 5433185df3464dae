// What people read of gas that nobody takes: one alert for each receiver, and what to do first.
import { describe, expect, it } from 'vitest';
import { byReceiver, type GasAlert, toAlert } from '../../../src/pipeline/alerts.ts';
import {
  type Delivery,
  type DeliveryEvent,
  newDelivery,
  transitionAlert,
  transitionDelivery,
} from '../../../src/pipeline/delivery.ts';
import { gas } from './gas.ts';

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

describe('gas of which nobody can tell whether its receiver has it', () => {
  const id = '0123456789abcdef0123';

  it('is not called gas that it does not take, and its mend warns of doing it twice', () => {
    const [told] = byReceiver([wanted(id, 1_000, { isDoubted: true })]);
    expect(told?.title).toBe('nobody can tell whether B has its gas, so nobody else gets it');
    expect(told?.detail).toContain(
      'ask B: `swarmline agent ack 01234567` where it has it, else `gas reassign 01234567 AGENT`; where both get it, it is done twice',
    );
  });

  it('stands behind gas that its receiver does not take', () => {
    const [told] = byReceiver([wanted(id, 1_000, { isDoubted: true }), wanted('a', 500)]);
    expect(told?.title).toBe('B does not take its gas, and nobody stands in');
  });

  it('is still that once its time is over, and no more once it was sent', () => {
    const events = (...states: DeliveryEvent['state'][]) =>
      states.reduce(
        (held, state) => transitionDelivery(held, { state, at: 9, detail: '' }).delivery,
        newDelivery(gas(), 'decided'),
      );
    const alertOf = (held: Delivery) => toAlert(transitionAlert(held, { at: 9, why: 'w' }).delivery);
    const all = [events('unknown'), events('unknown', 'expired'), events('unknown', 'sent', 'expired')];
    expect(all.map((held) => alertOf(held)?.isDoubted)).toEqual([true, true, undefined]);
  });
});

it('speaks of no percent where gas came without a checkpoint', () => {
  const [told] = byReceiver([wanted('a', 1_000, { checkpoint: null })]);
  expect(told?.detail).toContain('last the gas of A (a)');
});
