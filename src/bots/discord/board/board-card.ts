// The board as a card: a row for each agent, and the place of the picture. Discord counts the ages up by itself, so that they
// are true between two edits.
import type { Board, BoardAgent } from '../../../contracts/board.ts';
import type { Report, Tone } from '../../../contracts/chat.ts';
import { type Card, colours, dots } from '../cards.ts';
import { oneLine, prose } from '../text.ts';

/** The picture of a card, as a file of its message. */
export const pictureName = 'chain.png';

const descriptionMax = 3_800;
const barSteps = 10;

export function boardCard({ subject, about, text, final }: Report, board: Board): Card {
  const { agents, alerts } = board;
  const lines = [...agents.map(rowOf), ...alerts.map((alert) => `🔴 ${oneLine(alert, 200)}`)];
  const end = final ? `\n${prose(text.split('. ').at(-1) ?? '', 200)}` : '';
  return {
    embeds: [
      {
        title: oneLine(subject, 120),
        description: `${fit(lines, descriptionMax - end.length, board.more)}${end}`,
        color: colours[toneOf(board)],
        footer: { text: oneLine(about, 64) },
        ...(agents.length > 0 && { image: { url: `attachment://${pictureName}` } }),
      },
    ],
    components: [],
  };
}

/** `🟢 **Agent-1** ▰▰▰▱ 82 % executing, next 90 % → Agent-2, 1 open · 3 minutes ago`. */
function rowOf(row: BoardAgent): string {
  const { agent, tone, state, percent, nextCheckpoint, handsTo, inPlaceOf = [], open, sign } = row;
  const isKnown = state !== 'unknown' && percent !== null;
  const bar = isKnown ? `${barOf(percent)} ${percent} % ` : '';
  const next = nextCheckpoint === null ? '' : `, next ${nextCheckpoint} %`;
  const to = handsTo.length === 0 ? '' : ` → ${oneLine(handsTo.join(', '), 80)}`;
  const place = inPlaceOf.length === 0 ? '' : ` in place of ${oneLine(inPlaceOf.join(', '), 80)}`;
  const gas = open === 0 ? '' : `, ${open} gas open`;
  const age = sign === null ? '' : ` · <t:${Math.floor(sign.at / 1_000)}:R>`;
  const told = !isKnown && percent !== null ? ` (had told ${percent} %)` : '';
  const word = state.replaceAll('_', ' ');
  return `${dots[tone]} **${oneLine(agent, 64)}** ${bar}${word}${told}${place}${next}${gas}${to}${age}`;
}

function barOf(percent: number): string {
  const full = Math.floor((percent * barSteps) / 100);
  return `${'▰'.repeat(full)}${'▱'.repeat(barSteps - full)}`;
}

function fit(lines: readonly string[], maxLength: number, more: number): string {
  let text = '';
  for (const [i, line] of lines.entries()) {
    if (text.length + line.length > maxLength) return `${text}… and ${lines.length - i + more} more`;
    text += `${line}\n`;
  }
  return more > 0 ? `${text}… and ${more} more` : text || 'No agents are configured.';
}

const rank: readonly Tone[] = ['ok', 'info', 'warn', 'bad'];

function toneOf({ agents, alerts }: Board): Tone {
  const worst = Math.max(0, ...agents.map(({ tone }) => rank.indexOf(tone)));
  return alerts.length > 0 ? 'bad' : (rank[worst] ?? 'info');
}
