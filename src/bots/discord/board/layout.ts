// Where the cards of a picture lie: in rows that turn like a snake, so that each stands beside the one that it hands over to.
// Pure.
import type { Box } from './canvas.ts';

const margin = 28;
const card = { width: 300, height: 182 };
/** Between two cards; an arrow fits in. */
const gap = 48;

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
}

/** Few columns for few agents: chats show a picture at most so wide, and its letters shrink with it. */
function columnsFor(count: number): number {
  if (count <= 9) return Math.min(3, Math.max(1, count));
  return count <= 20 ? 4 : count <= 36 ? 6 : 8;
}

export function layOut(count: number): Layout {
  const columns = columnsFor(count);
  const rows = Math.max(1, Math.ceil(count / columns));
  const boxes = Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const along = i % columns;
    const column = row % 2 === 0 ? along : columns - 1 - along;
    return { x: margin + column * (card.width + gap), y: margin + row * (card.height + gap), ...card };
  });
  return {
    width: 2 * margin + columns * card.width + (columns - 1) * gap,
    height: 2 * margin + rows * card.height + (rows - 1) * gap,
    boxes,
  };
}
