// What each way of balancing comes to over many choices, and what holds for all of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanceStrategies, type Candidate, createBalancer } from '../../../src/core/balancer.ts';
import { makeRandom } from '../../support/random.ts';

const rounds = 20_000;

const one = (instance: string, given: Partial<Candidate> = {}): Candidate => ({
  instance,
  health: 'healthy',
  pending: 0,
  ...given,
});
const three = [one('a'), one('b'), one('c')];

/** The share of each instance in many choices; each choice with a key of its own. */
function shares(strategy: (typeof balanceStrategies)[number], candidates: readonly Candidate[]) {
  const choose = createBalancer({ strategy, random: makeRandom(7) });
  const counts = new Map<string, number>();
  for (let i = 0; i < rounds; i += 1) {
    const name = choose(candidates, `key-${i}`)?.instance ?? 'none';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].map(([name, count]) => [name, count / rounds]));
}

/** Within five percent of what is expected. */
function expectShares(found: Record<string, number>, expected: Record<string, number>) {
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [name, share] of Object.entries(expected)) {
    expect(Math.abs((found[name] ?? 0) - share), name).toBeLessThan(0.05 * share);
  }
}

describe('a balancer', () => {
  it.each(balanceStrategies)('shares evenly among equals: %s', (strategy) => {
    expectShares(shares(strategy, three), { a: 1 / 3, b: 1 / 3, c: 1 / 3 });
  });

  it('shares by weight', () => {
    const weighted = [one('a', { weight: 1 }), one('b', { weight: 2 }), one('c', { weight: 5 })];
    expectShares(shares('weighted', weighted), { a: 1 / 8, b: 2 / 8, c: 5 / 8 });
  });

  it('gives nothing to weight 0 while another may have it, and shares evenly when none may', () => {
    expectShares(shares('weighted', [one('a', { weight: 0 }), one('b')]), { b: 1 });
    expectShares(shares('weighted', [one('a', { weight: 0 }), one('b', { weight: 0 })]), { a: 0.5, b: 0.5 });
  });

  it('gives to who has least under way, and evenly among those', () => {
    const loaded = [one('a', { pending: 3 }), one('b', { pending: 1 }), one('c', { pending: 1 })];
    expectShares(shares('least-pending', loaded), { b: 0.5, c: 0.5 });
  });

  it('with two choices never gives to the most loaded of three, and mostly to the least', () => {
    const loaded = [one('a', { pending: 1 }), one('b', { pending: 2 }), one('c', { pending: 3 })];
    expectShares(shares('two-choices', loaded), { a: 2 / 3, b: 1 / 3 });
  });

  it('goes round in turn, whoever goes or comes', () => {
    const choose = createBalancer({ strategy: 'round-robin' });
    const names = (candidates: readonly Candidate[]) => choose(candidates, '')?.instance;
    expect([names(three), names(three)]).toEqual(['a', 'b']);
    expect([names([one('a'), one('c')]), names(three), names(three)]).toEqual(['c', 'a', 'b']);
  });

  it('sticks to an instance by key, and moves only the keys of one that goes', () => {
    const choose = createBalancer({ strategy: 'sticky' });
    const keys = Array.from({ length: 1_000 }, (_, i) => `key-${i}`);
    const placed = (candidates: readonly Candidate[]) => keys.map((key) => choose(candidates, key)?.instance);
    const before = placed(three);
    const after = placed([one('a'), one('c')]);
    const moved = keys.filter((_, i) => before[i] !== after[i]);
    expect(moved.length).toBe(before.filter((instance) => instance === 'b').length);
  });

  const candidatesOf = fc.uniqueArray(
    fc.record({
      instance: fc.string({ minLength: 1, maxLength: 4 }),
      health: fc.constantFrom('healthy', 'degraded', 'unhealthy'),
      pending: fc.nat(9),
      weight: fc.nat(3),
    }),
    { selector: ({ instance }) => instance, maxLength: 8 },
  );

  it.each(balanceStrategies)(
    'chooses one that is there, and no unhealthy one while another is: %s',
    (strategy) => {
      fc.assert(
        fc.property(candidatesOf, fc.string(), fc.nat(), (candidates, key, seed) => {
          const chosen = createBalancer({ strategy, random: makeRandom(seed) })(candidates, key);
          if (candidates.length === 0) return chosen === null;
          const fit = candidates.some(({ health }) => health !== 'unhealthy');
          return chosen !== null && candidates.includes(chosen) && !(fit && chosen.health === 'unhealthy');
        }),
      );
    },
  );

  it('does not depend on the order in which the candidates come: sticky', () => {
    fc.assert(
      fc.property(candidatesOf, fc.string(), (candidates, key) => {
        const choose = createBalancer({ strategy: 'sticky' });
        return choose(candidates, key) === choose(candidates.toReversed(), key);
      }),
    );
  });
});
