// A canvas of few and smooth shapes. Each shape is a distance: how far a point lies outside of it, px; a pixel at its edge
// takes as much of the colour as lies within. Knows of no agent.
import type { Font } from './font.ts';
import type { Pixels } from './png.ts';

/** Red, green and blue in one number, as in `0x1e1f24`. */
export type Colour = number;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

type Distance = (x: number, y: number) => number;

export class Canvas implements Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.rgb = new Uint8Array(width * height * 3);
    this.#fill({ x: 0, y: 0, width, height }, background, () => -1);
  }

  /** A filled box with round corners. */
  box({ x, y, width, height }: Box, radius: number, colour: Colour): void {
    const r = Math.min(radius, width / 2, height / 2);
    const middle = { x: x + width / 2, y: y + height / 2 };
    this.#fill({ x, y, width, height }, colour, (px, py) => {
      const dx = Math.abs(px - middle.x) - width / 2 + r;
      const dy = Math.abs(py - middle.y) - height / 2 + r;
      return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - r;
    });
  }

  /** A stroke with round ends through all points. */
  line(points: readonly Point[], thickness: number, colour: Colour): void {
    for (const [i, to] of points.entries()) {
      const from = points[i - 1];
      if (from) this.#stroke(from, to, { thickness, colour });
    }
  }

  /** What lies between a course and a floor, column by column, half through. */
  under(points: readonly Point[], floor: number, colour: Colour): void {
    for (const [i, to] of points.entries()) {
      const from = points[i - 1];
      if (!from) continue;
      for (let x = Math.ceil(from.x); x < to.x; x += 1) {
        const y = from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x);
        for (let row = Math.ceil(y); row < floor; row += 1) this.#blend(x, row, colour, 0.22);
      }
    }
  }

  /** A line of text; `x` and `y` are its upper left corner. */
  text(
    text: string,
    { x, y }: Point,
    { font, colour }: { readonly font: Font; readonly colour: Colour },
  ): void {
    const left = Math.round(x);
    const top = Math.round(y);
    font.each(text, (dx, dy, ink) => this.#blend(left + dx, top + dy, colour, ink));
  }

  #stroke(
    from: Point,
    to: Point,
    { thickness, colour }: { readonly thickness: number; readonly colour: Colour },
  ): void {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const long = dx * dx + dy * dy || 1;
    const reach = thickness / 2 + 1;
    const area = {
      x: Math.min(from.x, to.x) - reach,
      y: Math.min(from.y, to.y) - reach,
      width: Math.abs(dx) + 2 * reach,
      height: Math.abs(dy) + 2 * reach,
    };
    this.#fill(area, colour, (x, y) => {
      const along = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / long));
      return Math.hypot(x - from.x - along * dx, y - from.y - along * dy) - thickness / 2;
    });
  }

  /** Every shape here is convex: what lies between two points of a row that are wholly within is within. */
  #fill(area: Box, colour: Colour, distance: Distance): void {
    const first = Math.floor(area.x);
    const last = Math.ceil(area.x + area.width) - 1;
    for (let y = Math.floor(area.y); y < Math.ceil(area.y + area.height); y += 1) {
      const shareAt = (x: number) => 0.5 - distance(x + 0.5, y + 0.5);
      let left = first;
      for (; left <= last && shareAt(left) < 1; left += 1) this.#blend(left, y, colour, shareAt(left));
      let right = last;
      for (; right > left && shareAt(right) < 1; right -= 1) this.#blend(right, y, colour, shareAt(right));
      for (let x = left; x <= right; x += 1) this.#blend(x, y, colour, 1);
    }
  }

  // Millions of times a picture: nothing is made in here.
  #blend(x: number, y: number, colour: Colour, share: number): void {
    if (share <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    const much = share < 1 ? share : 1;
    for (let i = 0, shift = 16; i < 3; i += 1, shift -= 8) {
      const before = this.rgb[at + i] ?? 0;
      this.rgb[at + i] = before + (((colour >> shift) & 255) - before) * much + 0.5;
    }
  }
}
