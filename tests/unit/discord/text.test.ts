// Foreign text on Discord.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, escapeText, oneLine } from '../../../src/bots/discord/text.ts';

describe('foreign text', () => {
  it('loses its markdown, mentions and links', () => {
    expect(escapeText('**a** _b_ `c` ||d|| [e](f) <@1> > g \\')).toBe(
      '\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\|\\|d\\|\\| \\[e\\](f) \\<@1\\> \\> g \\\\',
    );
  });

  it('reads as before once Discord has taken the backslashes away', () => {
    fc.assert(fc.property(fc.string(), (text) => escapeText(text).replace(/\\(.)/gs, '$1') === text));
  });

  it('is cut to whole characters', () => {
    expect(cutText('😀😀😀', 2)).toBe('😀…');
  });

  it('never becomes longer than asked by a cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, max) => {
        return Array.from(cutText(text, max)).length <= max;
      }),
    );
  });

  it('stays on one line where a line is meant', () => {
    expect(oneLine(' a\n# b\r\n c ', 50)).toBe('a # b c');
  });
});
