import { expect, it } from 'vitest';
import { createAttempts } from '../../../src/api/attempts.ts';

function rig() {
  const clock = { now: 1_000 };
  const attempts = createAttempts({ now: () => clock.now });
  const fail = (who: string, times: number) => {
    for (let i = 0; i < times; i += 1) attempts.failed(who);
  };
  return { clock, attempts, fail };
}

it('looks at the tenth, and at no eleventh until the minute since the first is over', () => {
  const { clock, attempts, fail } = rig();
  fail('a', 9);
  expect(attempts.waitMs('a')).toBe(0);
  clock.now += 20_000;
  fail('a', 1);
  expect(attempts.waitMs('a')).toBe(40_000);
  clock.now += 39_999;
  expect(attempts.waitMs('a')).toBe(1);
  clock.now += 1;
  expect(attempts.waitMs('a')).toBe(0);
});

it('begins to count anew after a minute', () => {
  const { clock, attempts, fail } = rig();
  fail('a', 9);
  clock.now += 60_000;
  fail('a', 1);
  expect(attempts.waitMs('a')).toBe(0);
});

it('takes nobody for somebody else', () => {
  const { attempts, fail } = rig();
  fail('a', 10);
  expect([attempts.waitMs('a') > 0, attempts.waitMs('b')]).toEqual([true, 0]);
});

it('keeps a thousand names, and forgets who was wrong longest ago', () => {
  const { attempts, fail } = rig();
  fail('old', 10);
  for (let i = 0; i < 999; i += 1) fail(`n-${i}`, 1);
  expect(attempts.waitMs('old')).toBeGreaterThan(0);
  fail('one-more', 1);
  expect(attempts.waitMs('old')).toBe(0);
});

it('looks at nobody later because the clock was set back', () => {
  const { clock, attempts, fail } = rig();
  fail('a', 10);
  clock.now -= 600_000;
  expect(attempts.waitMs('a')).toBe(60_000);
  clock.now += 60_000;
  expect(attempts.waitMs('a')).toBe(0);
});
