import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../../src/pipeline/progress/json-fault.ts';

describe('findJsonFault', () => {
  it.each([
    ['a trailing comma', '{"a": 1,}', 8],
    ['a trailing comma in a list', '[1, ]', 4],
    ['a missing comma', '{"a": 1 "b": 2}', 8],
    ['a missing colon', '{"a" 1}', 5],
    ['an end that comes too early', '{"a": [1', 8],
    ['a torn string', '{"a": "half', 6],
    ['a bracket that closes another', '{"a": 1]', 7],
    ['a word of Python', '{"a": NaN}', 6],
    ['something behind the end', '{} x', 3],
    ['a line break in a string', '["a\nb"]', 1],
  ])('points at %s', (_, text, position) => {
    expect(findJsonFault(text)).toBe(position);
  });

  it('finds no fault in anything that is JSON', () => {
    fc.assert(fc.property(fc.json(), (text) => findJsonFault(text) === null));
  });

  it('finds a fault exactly where JSON.parse refuses', () => {
    const torn = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\u0001', 'x'));
    fc.assert(
      fc.property(torn, ([text, at, put]) => {
        const cut = at % (text.length + 1);
        const changed = text.slice(0, cut) + put + text.slice(cut + 1);
        expect(findJsonFault(changed) === null).toBe(isJson(changed));
      }),
      { numRuns: 1_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
