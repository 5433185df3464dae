// What a report is on Discord: its card, and for a board the picture beside it.
import type { Report } from '../../../contracts/chat.ts';
import type { ApiFile } from '../api.ts';
import { type Card, reportCard } from '../cards.ts';
import { boardCard, pictureName } from './board-card.ts';

/** One message before it is sent. */
export interface ShownMessage {
  readonly card: Card;
  readonly files: readonly ApiFile[];
}

export async function reportMessage(report: Report): Promise<ShownMessage> {
  const { board } = report;
  if (board === undefined) return { card: reportCard(report), files: [] };
  const card = boardCard(report, board);
  if (board.agents.length === 0) return { card, files: [] };
  // Letters and all: nobody pays for them who never asks for a board.
  const { drawChain } = await import('./chain-picture.ts');
  return { card, files: [{ name: pictureName, contentType: 'image/png', data: await drawChain(board) }] };
}
