// The words of the gas beside its hand-overs (words/), and how foreign text stands in all of them. Whatever an agent wrote
// (mission, tasks) is foreign here: quoted as code, one line, cut, so that it cannot pass for our instruction or break the
// Markdown.
import type { Checkpoint } from '../contracts/agents.ts';
import { plainText } from '../core/text.ts';
import type { Counts, Joined } from './join-parts.ts';

export interface Handover {
  readonly from: string;
  readonly to: string;
  readonly mission: string;
  readonly checkpoint: Checkpoint;
  readonly percent: number;
  /** Tasks as the sender's status names them. */
  readonly done: readonly string[];
  readonly open: readonly string[];
  /** In the sender's own words, where it came through a door. */
  readonly note?: string;
  readonly artefacts?: readonly string[];
  /** How many entries each list had, where it holds the first of them alone. */
  readonly counts?: Counts;
  /** What the others of a join handed over before. */
  readonly parts?: readonly Joined[];
}

/** What is added where the chain begins again with a mission; `text` is the operator's own. */
export function nextMissionText(text: string): string {
  return `\n## Your next mission\n\n${ownWords(text)}\n`;
}

/** The Markdown of a schedule's gas; `text` is the operator's own. */
export function scheduledText(schedule: string, text: string): string {
  return `# Scheduled: ${schedule}\n\n${text.trim()}\n\n${ours(acceptance)}\n`;
}

/** The Markdown of a person's message. The words are theirs to give, their name is foreign. */
export function messageText(by: string, text: string): string {
  return `# Message from ${quote(by, 80)}\n\n${ownWords(text)}\n\n${ours(acceptance)}\n`;
}

export interface Ahead extends Pick<Handover, 'from' | 'to' | 'mission' | 'checkpoint'> {
  /** Null is unknown. */
  readonly percent: number | null;
  readonly by: string;
  /** What stands for our own words; null when nothing does. */
  readonly text: string | null;
}

/** The Markdown of gas that a person sends before its checkpoint was reached. */
export function aheadText({ from, to, mission, checkpoint, percent, by, text }: Ahead): string {
  const progress = percent === null ? 'unknown' : `${percent} %`;
  return [
    `# Hand-over: ${from} → ${to}`,
    '',
    `${quote(by, 80)} sends this before ${from} has reached ${checkpoint} %.`,
    '',
    text === null ? `${to}: start your own mission now.` : ownWords(text),
    '',
    ...[`- Agent: ${from}`, `- Progress: ${progress}`, `- Mission: ${quote(mission)}`],
    '',
    `${ours(acceptance)}\n`,
  ].join('\n');
}

/** Foreign text as one line of inline code, at most `limit` characters. */
export function quote(text: string, limit = 160): string {
  return `\`${plainText(text, limit).replaceAll('`', '’') || '(empty)'}\``;
}

/** How gas is taken on that is a file; inboxes/frame.ts has the words of the others. */
export const acceptance = 'When you take this on, move this file to `done/` beside it.';

/**
 * Stands in what is stored before a sentence of ours that each receiver reads in its own words, and goes where they are put in.
 * Foreign text has none, since it comes without what would steer a terminal: so its words are never taken for ours.
 */
export const mark = '\u{FDD0}';

/** A sentence of ours as it is stored. */
export function ours(sentence: string): string {
  return `${mark}${sentence}`;
}

/** Without what would steer a terminal; lines stay lines. */
function ownWords(text: string): string {
  return text.replaceAll(/(?!\s)\p{C}/gu, '').trim();
}

/** Foreign entries under a title of ours, as `listed`; empty where there are none. */
export function section(
  title: string,
  entries: readonly string[],
  most: number,
  count = entries.length,
): string {
  const lines = listed(entries, most, count).map((entry) => `- ${entry}`);
  return lines.length === 0 ? '' : [`## ${title}`, '', ...lines].join('\n');
}

/** Foreign entries quoted, at most `most` of them, and how many more there are. @param count of all, also those not in the list */
export function listed(entries: readonly string[], most: number, count: number): readonly string[] {
  const shown = entries.slice(0, most).map((entry) => quote(entry));
  return count > shown.length ? [...shown, `and ${count - shown.length} more`] : shown;
}
