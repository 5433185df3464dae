// The picture of the chain: a PNG that says of each agent what the board has, the same for the same board.
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { drawChain } from '../../../src/bots/discord/board/chain-picture.ts';
import { openFont } from '../../../src/bots/discord/board/font.ts';
import { bold, letters, small } from '../../../src/bots/discord/board/glyphs.ts';
import { layOut } from '../../../src/bots/discord/board/layout.ts';
import { encodePng } from '../../../src/bots/discord/board/png.ts';
import type { Board, BoardAgent } from '../../../src/contracts/board.ts';

const agent = (name: string, more: Partial<BoardAgent> = {}): BoardAgent => ({
  ...{ agent: name, state: 'executing', tone: 'ok', percent: 50, nextCheckpoint: 75, sign: null },
  ...{ handsTo: [], open: 0, course: [] },
  ...more,
});
const boardOf = (...agents: readonly BoardAgent[]): Board => ({
  at: 0,
  agents: [...agents],
  more: 0,
  alerts: [],
});
const many = (count: number) => Array.from({ length: count }, (_, i) => agent(`Agent-${i + 1}`));

/** Width, height and the colour at a point, of a PNG of ours. */
async function read(board: Board) {
  const png = await drawChain(board);
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  const at = (x: number, y: number) => rows.readUIntBE(y * (width * 3 + 1) + 1 + x * 3, 3);
  return { png, width, height, at };
}

describe('the picture of the chain', () => {
  it('is a PNG as large as its cards need', async () => {
    const { png, width, height } = await read(boardOf(...many(3)));
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect({ width, height }).toEqual({ width: 1052, height: 238 });
  });

  it('is the same for the same board, and another for another', async () => {
    const [one, again, other] = await Promise.all([
      drawChain(boardOf(agent('A'))),
      drawChain(boardOf(agent('A'))),
      drawChain(boardOf(agent('A', { percent: 51 }))),
    ]);
    expect(again.equals(one)).toBe(true);
    expect(other.equals(one)).toBe(false);
  });

  it('fills the bar as far as the agent is, in the colour of how it is', async () => {
    const { at } = await read(boardOf(agent('A', { percent: 50, tone: 'bad' })));
    // The bar lies from 50 to 306, its middle at 160.
    expect([at(60, 160), at(170, 160), at(190, 160)].map((colour) => colour.toString(16))).toEqual([
      'f85149',
      'f85149',
      '363b46',
    ]);
  });

  it('draws an unknown course grey, so that it passes for no news', async () => {
    const { at } = await read(boardOf(agent('A', { percent: 50, tone: 'warn', state: 'unknown' })));
    expect(at(60, 160).toString(16)).toBe('7d8798');
  });

  it('has an arrow only where one hands over to the next', async () => {
    const between = { x: 350, y: 119 };
    const linked = await read(boardOf(agent('A', { handsTo: ['B'] }), agent('B')));
    const apart = await read(boardOf(agent('A'), agent('B')));
    expect(linked.at(between.x, between.y)).toBe(0x7d8798);
    expect(apart.at(between.x, between.y)).toBe(0x16181d);
  });

  it('has a dashed arrow to whoever stands in, under which that is said', async () => {
    const standIn = agent('F', { inPlaceOf: ['B'] });
    const { at } = await read(boardOf(agent('B'), standIn));
    // From 334 to 370: a stroke, and what lies between two.
    expect([at(348, 119), at(356, 119), at(366, 119)]).toEqual([0x7d8798, 0x16181d, 0x7d8798]);
    const apart = await drawChain(boardOf(standIn));
    expect(apart.equals(await drawChain(boardOf(agent('F'))))).toBe(false);
  });

  it('tells long names apart that differ at their ends alone', async () => {
    const drawn = (end: string) =>
      drawChain(
        boardOf(agent(`worldsystem-frames-of-the-hall-${end}`, { handsTo: [`${'M'.repeat(60)}${end}`] })),
      );
    const [one, other] = await Promise.all([drawn('01'), drawn('02')]);
    expect(one.equals(other)).toBe(false);
  });

  it('keeps a name of 64 letters inside of its card', async () => {
    const { at } = await read(boardOf(agent('M'.repeat(64)), agent('B')));
    for (let y = 28; y < 210; y += 1) expect(at(340, y)).toBe(0x16181d);
  });

  it('holds fifty agents', async () => {
    const { width, height, png } = await read(boardOf(...many(50)));
    expect({ width, height }).toEqual({ width: 2792, height: 1618 });
    // Discord takes 10 MB.
    expect(png.length).toBeLessThan(1_000_000);
  });
});

describe('the letters', () => {
  it('are all there, at both sizes', () => {
    for (const face of [bold, small]) {
      expect(face.widths.split(' ')).toHaveLength([...letters].length);
      const font = openFont(face);
      for (const letter of letters.trim()) {
        let dots = 0;
        font.each(letter, () => {
          dots += 1;
        });
        expect(dots, letter).toBeGreaterThan(0);
      }
    }
  });

  it('are cut to a width with an ellipsis, and what there is not is a question mark', () => {
    const font = openFont(small);
    expect(font.fit('Agent-1', 200)).toBe('Agent-1');
    expect(font.fit('Agent-100000', 60)).toMatch(/^Ag.*…$/);
    expect(font.width(font.fit('Agent-100000', 60))).toBeLessThanOrEqual(60);
    expect(font.fit('worldsystem-01', 100, 3)).toMatch(/^wo.*…-01$/);
    expect(font.fit('Ann', 3, 5)).toBe('…Ann');
    expect(font.width('€')).toBe(font.width('?'));
  });
});

describe('the cards', () => {
  it('lie so that each stands beside the one before it, and none over another', () => {
    for (const count of [1, 2, 9, 10, 20, 21, 37, 60]) {
      const { boxes, width, height } = layOut(count);
      expect(boxes).toHaveLength(count);
      for (const [i, box] of boxes.entries()) {
        const before = boxes[i - 1];
        if (before) expect(Math.abs(box.x - before.x) / 348 + Math.abs(box.y - before.y) / 230).toBe(1);
        expect(box.x + box.width).toBeLessThan(width);
        expect(box.y + box.height).toBeLessThan(height);
      }
    }
  });
});

it('a PNG has its rows as they were given', async () => {
  const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0]);
  const png = await encodePng({ width: 1, height: 2, rgb });
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  expect([...rows]).toEqual([0, 255, 0, 0, 0, 0, 255, 0]);
});
