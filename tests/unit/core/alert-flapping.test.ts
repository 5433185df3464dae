// An alert that comes and goes, whose end is held back: what is known of it meanwhile, and what is told.
import { expect, it } from 'vitest';
import { AlertBook } from '../../../src/core/alerts/book.ts';
import { signal } from './alert-rig.ts';

const second = 1_000;
const minute = 60 * second;
const key = 'link-down/redis';

/** A book in which one began so often that it flaps, and is so; `pass` gives the kinds of what was told meanwhile. */
function flapping() {
  const book = new AlertBook({ burst: 100, escalateAfterMs: minute });
  let now = minute;
  const pass = (ms: number) => {
    const told: string[] = [];
    for (const end = now + ms; now < end; ) {
      now += second;
      for (const alert of book.ended(now)) book.over(alert);
      told.push(...book.take(now).map(({ kind }) => kind));
    }
    return told;
  };
  const fire = () => book.firing(signal(key), now);
  const end = () => book.resolved(key, now);
  for (let turn = 0; turn < 3; turn += 1) {
    fire();
    pass(10 * second);
    end();
    pass(10 * second);
  }
  fire();
  return { pass, fire, end, now: () => now, active: () => book.active(now) };
}

it('is known to be over since it ended, until it is so again', () => {
  const { pass, fire, end, now, active } = flapping();
  pass(10 * second);
  expect(active()).toMatchObject([{ flapping: true, overSince: null, backSince: null }]);
  const over = now();
  end();
  pass(2 * minute);
  end();
  expect(active()).toMatchObject([{ flapping: true, overSince: over }]);
  fire();
  const back = now();
  pass(10 * second);
  fire();
  expect(active()).toMatchObject([{ overSince: null, backSince: back }]);
});

it('is told as what is so only while it is', () => {
  const { pass, fire, end } = flapping();
  end();
  expect(pass(20 * second)).toEqual([]);
  fire();
  expect(pass(10 * second)).toEqual(['firing']);
  end();
  expect(pass(2 * minute)).toEqual([]);
  fire();
  expect(pass(second)).toEqual(['escalated']);
});
