// Reads the letters of a face: how wide a text is, and where its ink lies. Draws nothing.
import { inflateSync } from 'node:zlib';
import { type Face, letters } from './glyphs.ts';

// Each glyph has two empty columns at either side, for what hangs over.
const overhang = 2;

/** A face that can be written with. Lengths in pixels. */
export interface Font {
  readonly height: number;
  width(text: string): number;
  /** The text, or its beginning, `…` and its last `tail` letters (default 0), no wider than `max`. */
  fit(text: string, max: number, tail?: number): string;
  /** Calls `dot` with each pixel that has ink, from the upper left corner of the text; `ink` is more than 0 and at most 1. */
  each(text: string, dot: (x: number, y: number, ink: number) => void): void;
}

/** Unpacks a face. */
export function openFont({ height, widths, ink }: Face): Font {
  const packed = inflateSync(Buffer.from(ink, 'base64'));
  const advances = widths.split(' ').map(Number);
  const cells = advances.map((advance) => (advance + 2 * overhang) * height);
  const starts = cells.map((_, i) => cells.slice(0, i).reduce((sum, cell) => sum + cell, 0));
  const known = new Map([...letters].map((letter, i) => [letter, i]));
  const glyphs = (text: string) => [...text].map((letter) => known.get(letter) ?? known.get('?') ?? 0);
  const width = (text: string) => glyphs(text).reduce((sum, glyph) => sum + (advances[glyph] ?? 0), 0);
  const inkAt = (at: number) => {
    const byte = packed[at >> 1] ?? 0;
    return (at % 2 === 0 ? byte >> 4 : byte & 15) / 15;
  };

  return {
    height,
    width,
    fit: (text, max, tail = 0) => {
      if (width(text) <= max) return text;
      const kept = [...text];
      const end = `…${kept.splice(Math.max(0, kept.length - tail)).join('')}`;
      while (kept.length > 0 && width(`${kept.join('')}${end}`) > max) kept.pop();
      return `${kept.join('')}${end}`;
    },
    each: (text, dot) => {
      let pen = -overhang;
      for (const glyph of glyphs(text)) {
        const columns = (advances[glyph] ?? 0) + 2 * overhang;
        for (let i = 0; i < columns * height; i += 1) {
          const much = inkAt((starts[glyph] ?? 0) + i);
          if (much > 0) dot(pen + (i % columns), Math.floor(i / columns), much);
        }
        pen += columns - 2 * overhang;
      }
    },
  };
}
