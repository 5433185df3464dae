// Many small questions as one.
import { expect, it, onTestFinished, vi } from 'vitest';
import { makeGatherer, makeRhythm } from '../../../src/core/gather.ts';
import { createGate } from '../core/gate.ts';

it('what is asked in one turn goes together, in its order, and each gets its answer', async () => {
  const asked: (readonly number[])[] = [];
  const double = makeGatherer<number>(
    (items) => {
      asked.push(items);
      return Promise.resolve(items.map((item) => item * 2));
    },
    { maxItems: 3 },
  );
  expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10]);
  expect(asked).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

it('those that were woken by one answer ask the next together', async () => {
  const asked: (readonly number[])[] = [];
  const ask = makeGatherer<number>(
    async (items) => {
      asked.push(items);
      await new Promise((resolve) => setImmediate(resolve));
      return items;
    },
    { maxItems: 10 },
  );
  await Promise.all([1, 2, 3].map((item) => ask(item).then(() => ask(item + 10))));
  expect(asked).toEqual([
    [1, 2, 3],
    [11, 12, 13],
  ]);
});

it('nobody waits for what was asked before, which may be silent', async () => {
  const gate = createGate();
  const ask = makeGatherer<string>(
    async (items) => {
      if (items.includes('slow')) await gate.passed;
      return items;
    },
    { maxItems: 10 },
  );
  const slow = ask('slow');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ask('quick')).toBe('quick');
  gate.open();
  expect(await slow).toBe('slow');
});

it('where it cannot be asked each is told, and the next may be', async () => {
  let down = true;
  const ask = makeGatherer<number>(
    (items) => (down ? Promise.reject(new RangeError('away')) : Promise.resolve(items)),
    { maxItems: 10 },
  );
  const ends = await Promise.allSettled([1, 2].map(ask));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  down = false;
  expect(await ask(3)).toBe(3);
});

it('while many are asked the next wait for each other, and no longer than that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked: (readonly number[])[] = [];
  const ask = makeGatherer<number>(
    (items) => {
      asked.push(items);
      return Promise.resolve(items);
    },
    { maxItems: 10, rhythm: makeRhythm({ fromItems: 2, ms: 5 }) },
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await ask(1);
  await Promise.all([ask(2), ask(3)]);
  const late = [ask(4)];
  await turn();
  late.push(ask(5));
  await turn();
  expect(asked).toEqual([[1], [2, 3]]);
  vi.advanceTimersByTime(5);
  expect(await Promise.all(late)).toEqual([4, 5]);
  const alone = ask(6);
  vi.advanceTimersByTime(5);
  await alone;
  // Fewer have come, so that nobody waits any more.
  expect(await ask(7)).toBe(7);
  expect(asked).toEqual([[1], [2, 3], [4, 5], [6], [7]]);
});
