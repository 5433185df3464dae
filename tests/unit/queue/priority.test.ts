// Who goes first in a queue that several kinds of work share.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priorityOf } from '../../../src/queue/priority.ts';

const minute = 60_000;
const now = Date.UTC(2026, 0, 10);
const rank = (name: 'gas.deliver' | 'pipeline.sweep', principal: string, issuedAt: number) =>
  priorityOf({ name, queue: 'gas', principal, issuedAt }) ?? 0;
const person = (at: number) => rank('gas.deliver', 'discord:1', at);
const gas = (at: number) => rank('gas.deliver', 'system:pipeline', at);
const rest = (at: number) => rank('pipeline.sweep', 'system:schedule', at);

describe('in a queue that kinds share', () => {
  it('a person goes before gas, and gas before the rest, of what came together', () => {
    expect([person(now), gas(now), rest(now)]).toEqual(
      [person(now), gas(now), rest(now)].toSorted((a, b) => a - b),
    );
    expect(new Set([person(now), gas(now), rest(now)]).size).toBe(3);
  });

  it('nothing starves: what has waited for eleven minutes goes before whatever comes then', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 24 * 60 }),
        fc.constantFrom(person, gas, rest),
        (start, older) => {
          const at = now + start * minute;
          return [person, gas, rest].every((newer) => older(at) < newer(at + 11 * minute));
        },
      ),
    );
  });

  it('of one kind the older goes first, or they share a minute and keep their order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 10 ** 7 }), (at, later) => {
        return gas(now + at) <= gas(now + at + later);
      }),
    );
  });

  it('each rank is one that BullMQ takes', () => {
    for (const year of [1970, 1999, 2026, 2050]) {
      expect(rest(Date.UTC(year, 5, 1))).toBeGreaterThanOrEqual(1);
      expect(rest(Date.UTC(year, 5, 1))).toBeLessThanOrEqual(2 ** 21);
    }
  });
});

it('elsewhere nothing has a rank: what comes first is served first', () => {
  const order = {
    name: 'service.restart',
    queue: 'services',
    principal: 'discord:1',
    issuedAt: now,
  } as const;
  expect(priorityOf(order)).toBeUndefined();
});
