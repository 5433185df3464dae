// How much of each part of a text there is room for, and what happens where the last is too much. Pure.
import { acceptance, ours } from '../text.ts';

/** How many entries of a list and learnings, and how many characters of a note. */
export interface Room {
  readonly listed: number;
  readonly learnings: number;
  readonly note: number;
}

const rooms: readonly Room[] = [
  { listed: 10, learnings: 3, note: 1_000 },
  { listed: 10, learnings: 0, note: 1_000 },
  { listed: 3, learnings: 0, note: 1_000 },
];
const least: Room = { listed: 0, learnings: 0, note: 200 };

/** How much longer the sentence of an inbox that is no folder is at most, bytes. The text may grow by one of them. */
const longerBy = 200;

/** The longest text of at most `maxBytes`: shortened, least needed first, and in the end cut. @param lost said of what is cut */
export function fitting(
  write: (room: Room) => string,
  maxBytes: number,
  lost: (kept: string) => string = () => '',
): string {
  for (const room of rooms) {
    const text = write(room);
    if (fits(text, maxBytes)) return text;
  }
  return cut(write(least), maxBytes, lost);
}

/** What is left is cut within its own words; how to take it on is never lost. */
function cut(text: string, maxBytes: number, lost: (kept: string) => string): string {
  if (fits(text, maxBytes)) return text;
  const endOf = (kept: string) =>
    `\n\n(Cut: it was longer than ${maxBytes} bytes${lost(kept)}.)\n${ours(acceptance)}\n`;
  // Of the empty text the most is lost, and nothing that is said of it is longer.
  const room = maxBytes - Buffer.byteLength(endOf(''));
  const kept = firstOf(text, room - timesOf(firstOf(text, room)) * longerBy);
  return `${kept}${endOf(kept)}`;
}

/** A character that is cut in two decodes to U+FFFD, and goes. */
function firstOf(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, Math.max(0, bytes))
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
}

/** A template may say more than once how to take it on. */
function fits(text: string, maxBytes: number): boolean {
  return Buffer.byteLength(text) + Math.max(0, timesOf(text) - 1) * longerBy <= maxBytes;
}

function timesOf(text: string): number {
  return text.split(ours(acceptance)).length - 1;
}
