// Many small sends as few large ones.
import { expect, it } from 'vitest';
import { makeBatcher } from '../../../src/queue/batch.ts';
import { createGate } from '../core/gate.ts';

it('the first goes at once and alone, and what comes meanwhile goes together, in its order', async () => {
  const gate = createGate();
  const sent: (readonly number[])[] = [];
  const add = makeBatcher<number>(
    async (items) => {
      sent.push(items);
      await gate.passed;
    },
    { maxItems: 3, maxSends: 1 },
  );
  const all = Promise.all([1, 2, 3, 4, 5].map(add));
  gate.open();
  await all;
  expect(sent).toEqual([[1], [2, 3, 4], [5]]);
});

it('one that is refused fails alone: those of its batch are sent again without it', async () => {
  const taken: number[] = [];
  const add = makeBatcher<number>(
    async (items) => {
      await Promise.resolve();
      if (items.includes(3)) throw new RangeError('no threes');
      taken.push(...items);
    },
    { maxItems: 10, maxSends: 1 },
  );
  const ends = await Promise.allSettled([1, 2, 3, 4].map(add));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(taken.toSorted()).toEqual([1, 2, 4]);
});
