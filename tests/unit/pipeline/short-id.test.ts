// A delivery that is named by the beginning of its id.
import { describe, expect, it } from 'vitest';
import { newDelivery } from '../../../src/pipeline/delivery.ts';
import { makeWholeId } from '../../../src/pipeline/short-id.ts';
import { gas } from './gas.ts';

const ids = ['xaaaaaa1111111111111', 'xaaaaaa2222222222222', 'xbbbbbb3333333333333', 'xbbbbbb3'];
const newer = Array.from({ length: 1_000 }, (_, at) => `xn${at}`);
// Newest first.
const deliveries = [...newer, ...ids].map((id) => newDelivery(gas({ id }), 'decided'));
const looked: number[] = [];
const wholeId = makeWholeId({
  delivery: async (id) => ({ version: 0, value: deliveries.find((one) => one.gas.id === id) ?? null }),
  recentDeliveries: async (limit) => {
    looked.push(limit);
    return { deliveries: deliveries.slice(0, limit), unreadable: 0 };
  },
});

describe('the id of a delivery', () => {
  it.each([
    ['the beginning that fits one', 'xaaaaaa1', ids[0]],
    ['an id that is the beginning of another', 'xbbbbbb3', 'xbbbbbb3'],
    ['what fits none', 'xcccccc', 'xcccccc'],
    ['a beginning that is too short', 'xaaaa', 'xaaaa'],
  ])('is made whole: %s', async (_what, given, id) => {
    expect(await wholeId(given)).toBe(id);
  });

  it('that is whole is looked for nowhere', async () => {
    looked.length = 0;
    expect([await wholeId(ids[1] ?? ''), looked]).toEqual([ids[1], []]);
  });

  it('says of how many it is the beginning', async () => {
    await expect(wholeId('xaaaaaa')).rejects.toMatchObject({
      code: 'DELIVERY_UNKNOWN',
      message: 'xaaaaaa is the beginning of 2 deliveries; write more of it',
    });
  });
});
