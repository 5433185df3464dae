import { describe, expect, it } from 'vitest';
import { Speakers } from '../../../src/bridge/speakers.ts';

/** The count at the last of the words, each `[instance, at]`. */
function counted(...words: readonly (readonly [string, number])[]): number | undefined {
  const speakers = new Speakers();
  return words.map(([instance, at]) => speakers.count('slam', instance, at)).at(-1);
}

describe('the sidecars of one service', () => {
  it('are one however often it speaks', () => {
    expect(counted(['a', 0], ['a', 2_000])).toBe(1);
  });

  it('are two when both go on speaking', () => {
    expect(counted(['a', 0], ['b', 1_000], ['a', 2_000])).toBe(2);
  });

  it('are one when the second follows the first', () => {
    expect(counted(['a', 0], ['b', 1_000], ['b', 3_000])).toBe(1);
  });

  it('are one again when the other was silent for more than ten seconds', () => {
    const both = [['a', 0] as const, ['b', 1_000] as const, ['a', 2_000] as const];
    expect(counted(...both, ['b', 12_000])).toBe(2);
    expect(counted(...both, ['b', 12_001])).toBe(1);
  });

  it('are counted for each service apart', () => {
    const speakers = new Speakers();
    speakers.count('slam', 'a', 0);
    expect(speakers.count('mesh', 'b', 0)).toBe(1);
  });
});
