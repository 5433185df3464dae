// What the others of a join handed over before the last of them, under its own words. Foreign text is quoted, as everywhere. Pure.
import { type Joined, type Part, toGasPart } from '../join-parts.ts';
import { listed, quote } from '../text.ts';
import type { Room } from './room.ts';

/** A section for each; empty where there are none. */
export function partSections(parts: readonly Joined[], room: Room): string {
  return parts.map((one) => [titleOf(one), '', ...linesOf(one, room)].join('\n')).join('\n\n');
}

/** How many of them a text does not have, since it was cut. */
export function missingIn(text: string, parts: readonly Joined[]): number {
  return parts.filter((one) => !text.includes(`${titleOf(one)}\n`)).length;
}

function titleOf(one: Joined): string {
  const { source, part, isEarlier = false } = one;
  const agent = part?.agent ?? source;
  const place = agent === source ? '' : ` in the place of ${source}`;
  const before = isEarlier ? ` before (its mission no. ${toGasPart(one).epoch})` : '';
  return `## What ${agent} handed over${place}${before}`;
}

function linesOf({ part, missed = 0 }: Joined, room: Room): string[] {
  const before =
    missed === 0
      ? []
      : [
          `- Before that it came ${missed} more ${missed === 1 ? 'time' : 'times'}; what it told then is not kept`,
        ];
  return [...(part === null ? [notKept] : partLines(part, room)), ...before];
}

const notKept = '- What it told was not kept: it came before a version that keeps it.';

function partLines(part: Part, room: Room): string[] {
  const { agent, percent, mission, note, done, open, artefacts, counts, ahead } = part;
  return [
    ...(ahead === null ? [] : [`- ${quote(ahead, 80)} sent this before ${agent} had reached its checkpoint`]),
    `- Progress: ${percent === null ? 'unknown' : `${percent} %`}`,
    `- Mission: ${quote(mission)}`,
    ...(note === null ? [] : [`- Note: ${quote(note, room.note)}`]),
    ...line('Done', listed(done, room.listed, counts.done)),
    ...line('Still open in its list', listed(open, room.listed, counts.open)),
    ...line('Where its work lies', listed(artefacts, room.listed, counts.artefacts)),
  ];
}

function line(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`- ${title}: ${entries.join(', ')}`];
}
