import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise, split } from '../../../src/bots/twitch/split.ts';

const awkward = fc.constantFrom(
  ' ',
  '  ',
  '\r\n',
  '\n',
  'a',
  'word',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  'é',
  'ẍ̸̧̛',
  '語',
  '/ban',
  '\u0000',
);
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.array(awkward, { maxLength: 300 }).map((parts) => parts.join('')),
);
const limits = fc.integer({ min: 20, max: 480 });

/** Lays the pieces over the normalised text: where they stop fitting, or null when they cover it whole. */
function uncovered(text: string, pieces: readonly string[]): string | null {
  let rest = normalise(text);
  for (const piece of pieces) {
    if (!rest.startsWith(piece)) return rest;
    rest = rest.slice(piece.length).replace(/^ /, '');
  }
  return rest === '' ? null : rest;
}

describe('split', () => {
  it('loses nothing and keeps the order', () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        expect(uncovered(text, split(text, limit))).toBeNull();
      }),
    );
  });

  it('never exceeds the limit', () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        expect(split(text, limit).every((piece) => piece.length <= limit && piece.length > 0)).toBe(true);
      }),
    );
  });

  it('leaves no space at an end and no line break inside', () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        expect(
          split(text, limit).filter((piece) => piece !== piece.trim() || /[\r\n\0]/.test(piece)),
        ).toEqual([]);
      }),
    );
  });

  it('never cuts an emoji apart', () => {
    const family = '👩‍👩‍👧‍👦';
    const pieces = split(family.repeat(20), 50);
    expect(pieces.every((piece) => piece.replaceAll(family, '') === '')).toBe(true);
  });

  it('cuts a grapheme that is longer than a line between code points', () => {
    const zalgo = `z${'\u0301'.repeat(700)}`;
    expect(split(zalgo, 480).map(({ length }) => length)).toEqual([480, 221]);
  });

  it('prefers a space', () => {
    expect(split('one two three four', 10)).toEqual(['one two', 'three four']);
  });

  it('makes no piece of white space alone', () => {
    expect(split(' \r\n ', 10)).toEqual([]);
  });
});
