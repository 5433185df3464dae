// The picture of the chain: a card for each agent with its course, arrows between those that hand over to each other, and a
// dashed one to whoever stands in. Dark on purpose, with a ground of its own: it reads the same in a dark and in a light
// client. The same board is the same picture.
import { setImmediate } from 'node:timers/promises';
import type { Board, BoardAgent } from '../../../contracts/board.ts';
import type { Tone } from '../../../contracts/chat.ts';
import { type Box, Canvas, type Colour, type Point } from './canvas.ts';
import { type Font, openFont } from './font.ts';
import { bold, small } from './glyphs.ts';
import { layOut } from './layout.ts';
import { encodePng } from './png.ts';

const ground = 0x16181d;
const face = 0x23262e;
const groove = 0x363b46;
const quiet = 0xa3abb9;
const bright = 0xf2f4f8;
const arrow = 0x7d8798;
const tones: Readonly<Record<Tone, Colour>> = {
  ok: 0x3fb950,
  info: 0x58a6ff,
  warn: 0xe3b341,
  bad: 0xf85149,
};
const pad = 22;
const marks = [75, 90] as const;
/** So many letters of the end of a name are kept where it is too long: names often differ there alone. */
const tail = 5;

interface Pens {
  readonly bold: Font;
  readonly small: Font;
}

/** PNG. */
export async function drawChain(board: Board): Promise<Buffer> {
  const { agents } = board;
  const { width, height, boxes } = layOut(agents.length);
  const canvas = new Canvas(width, height, ground);
  const pens = { bold: openFont(bold), small: openFont(small) };
  for (const [i, box] of boxes.entries()) {
    const agent = agents[i];
    const before = boxes[i - 1];
    if (!agent) continue;
    const giver = agents[i - 1];
    if (before && giver?.handsTo.includes(agent.agent)) drawArrow(canvas, before, box);
    else if (before && giver && agent.inPlaceOf?.includes(giver.agent))
      drawArrow(canvas, before, box, dashed);
    // A picture of fifty agents takes a good part of a second; whoever waits meanwhile comes in between two cards.
    await setImmediate();
    drawCard(canvas, { agent, box, pens, beside: agents[i + 1]?.agent });
  }
  return await encodePng(canvas);
}

interface CardOf {
  readonly agent: BoardAgent;
  readonly box: Box;
  readonly pens: Pens;
  /** To whom the arrow from this card goes. */
  readonly beside: string | undefined;
}

function drawCard(canvas: Canvas, { agent, box, pens, beside }: CardOf): void {
  const colour = tones[agent.tone];
  const { x, y, width, height } = box;
  const [left, right] = [x + pad, x + width - pad];
  canvas.box(box, 14, colour);
  // What is left of the colour is the edge of the card, broader at its left.
  canvas.box({ x: x + 6, y: y + 1, width: width - 7, height: height - 2 }, 12, face);
  const percent = agent.state === 'unknown' || agent.percent === null ? '?' : `${agent.percent} %`;
  const percentAt = right - pens.bold.width(percent);
  canvas.text(percent, { x: percentAt, y: y + 12 }, { font: pens.bold, colour });
  const nameBox = { x: left, y: y + 12, width: percentAt - left - 14, height: pens.bold.height };
  drawName(canvas, agent.agent, nameBox, pens);
  const state = agent.state.replaceAll('_', ' ');
  canvas.text(state, { x: left, y: y + 46 }, { font: pens.small, colour: quiet });
  const next = agent.nextCheckpoint === null ? '' : `next ${agent.nextCheckpoint} %`;
  const nextAt = { x: right - pens.small.width(next), y: y + 46 };
  canvas.text(next, nextAt, { font: pens.small, colour: quiet });
  drawCourse(canvas, agent, { x: left, y: y + 82, width: width - 2 * pad, height: 36 });
  drawBar(canvas, agent, { x: left, y: y + 126, width: width - 2 * pad, height: 12 });
  const foot = footOf(agent, { beside, font: pens.small, room: width - 2 * pad });
  canvas.text(foot, { x: left, y: y + 146 }, { font: pens.small, colour: quiet });
}

/** In smaller letters where it is long, and cut where it is longer. */
function drawName(canvas: Canvas, name: string, { x, y, width, height }: Box, { bold, small }: Pens): void {
  const font = bold.width(name) <= width ? bold : small;
  const at = { x, y: y + (height - font.height) / 2 };
  canvas.text(font.fit(name, width, tail), at, { font, colour: bright });
}

/**
 * What no arrow shows: in whose place it works, gas that waits for its word, and receivers that stand elsewhere; names are
 * cut, then counted, then left out, as the room is.
 */
function footOf({ open, handsTo, inPlaceOf = [] }: BoardAgent, { beside, font, room }: Foot): string {
  const others = handsTo.filter((to) => to !== beside);
  const partsIn = (words: (names: readonly string[]) => string) => [
    ...(inPlaceOf.length > 0 ? [`in place of ${words(inPlaceOf)}`] : []),
    ...(open > 0 ? [`${open} gas open`] : []),
    ...(others.length > 0 ? [`→ ${words(others)}`] : []),
  ];
  const fitted = (name: string, share: number) => font.fit(name, room * share, tail);
  const short = partsIn(([name = '', ...more]) =>
    more.length > 0 ? `${1 + more.length} agents` : fitted(name, 0.38),
  );
  const ways = [
    partsIn((names) => names.map((name) => fitted(name, 0.9)).join(', ')),
    short,
    ...short.map((_, at) => [...short.slice(0, -1 - at), '…']),
  ].map((parts) => parts.join('  '));
  return ways.find((way) => font.width(way) <= room) ?? '';
}

interface Foot extends Pick<CardOf, 'beside'> {
  readonly font: Font;
  readonly room: number;
}

/** Over time, from the first point to the moment of the board: a stand is a flat line. */
function drawCourse(canvas: Canvas, { course, tone, state }: BoardAgent, box: Box): void {
  const floor = box.y + box.height;
  canvas.line(
    [
      { x: box.x, y: floor },
      { x: box.x + box.width, y: floor },
    ],
    1,
    groove,
  );
  const span = course[0]?.[0] ?? 0;
  const last = course.at(-1);
  if (last === undefined || span === 0) return;
  const pointOf = (ago: number, percent: number): Point => ({
    x: box.x + ((span - ago) / span) * box.width,
    y: floor - (percent / 100) * (box.height - 3) - 1,
  });
  const points = [...course.map(([ago, percent]) => pointOf(ago, percent)), pointOf(0, last[1])];
  const colour = state === 'unknown' ? arrow : tones[tone];
  canvas.under(points, floor, colour);
  canvas.line(points, 3, colour);
}

function drawBar(canvas: Canvas, { percent, state, tone }: BoardAgent, box: Box): void {
  canvas.box(box, 6, groove);
  const width = (box.width * (percent ?? 0)) / 100;
  const colour = state === 'unknown' ? arrow : tones[tone];
  if (width > 0) canvas.box({ ...box, width: Math.max(width, box.height) }, 6, colour);
  for (const mark of marks) {
    const x = box.x + (box.width * mark) / 100 - 1;
    canvas.box({ x, y: box.y - 3, width: 2, height: box.height + 6 }, 1, bright);
  }
}

const near = 6;
const head = 9;

/** Where the strokes of an arrow begin and end, as shares of its length. */
type Strokes = readonly (readonly [number, number])[];
const whole: Strokes = [[0, 1]];
const dashed: Strokes = [
  [0, 0.1],
  [0.35, 0.5],
  [0.75, 1],
];

/** From card to card, which stand side by side or one below the other. */
function drawArrow(canvas: Canvas, from: Box, to: Box, strokes = whole): void {
  const isBelow = to.y > from.y;
  const way = to.x > from.x ? 1 : -1;
  const start = isBelow
    ? { x: from.x + from.width / 2, y: from.y + from.height + near }
    : { x: way > 0 ? from.x + from.width + near : from.x - near, y: from.y + from.height / 2 };
  const end = isBelow
    ? { x: start.x, y: to.y - near }
    : { x: way > 0 ? to.x - near : to.x + to.width + near, y: start.y };
  const wings = isBelow
    ? [
        { x: end.x - head, y: end.y - head },
        { x: end.x + head, y: end.y - head },
      ]
    : [
        { x: end.x - way * head, y: end.y - head },
        { x: end.x - way * head, y: end.y + head },
      ];
  const along = (share: number): Point => ({
    x: start.x + (end.x - start.x) * share,
    y: start.y + (end.y - start.y) * share,
  });
  for (const [a, b] of strokes) canvas.line([along(a), along(b)], 4, arrow);
  for (const wing of wings) canvas.line([wing, end], 4, arrow);
}
