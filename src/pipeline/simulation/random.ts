// Chance that can be repeated: the same seed gives the same run. It is no source of secrets.

/** Draws of one run. */
export interface Chance {
  /** From 0 to 1, below 1. */
  next(): number;
  /** Whole, both ends among them. */
  between(low: number, high: number): number;
  /** True once in so many draws, as a share from 0 to 1. */
  is(share: number): boolean;
  one<T>(items: readonly [T, ...(readonly T[])]): T;
}

/** Mulberry32. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    is: (share) => next() < share,
    one: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
