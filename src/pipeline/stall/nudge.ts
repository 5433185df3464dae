// The nudge: one message to an agent that has been silent. Pure. It says what was seen and asks for one of two things, so
// that an agent at work loses a minute over it and no more.
import { type Gas, reportWords } from '../../contracts/agents.ts';
import { derivedId } from '../../contracts/ids.ts';
import { acceptance, ours } from '../text.ts';

/** From whom a nudge is, as front matter and reports show it. */
const sender = 'schedule:stall-watch';

/** What a nudge says. */
export interface Nudge {
  readonly agent: string;
  /** Of the silence; the same one makes the same gas. */
  readonly episode: string;
  /** Since when nothing was seen, ms since the epoch. */
  readonly since: number;
  /** What was seen last, in words. */
  readonly last: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** The id of its delivery. */
export function nudgeId(agent: string, episode: string): string {
  return derivedId('stall.nudge', agent, episode);
}

/** Makes its gas. */
export function toNudge({ agent, episode, since, last, now }: Nudge): Gas {
  const minutes = Math.floor((now - since) / 60_000);
  return {
    id: nudgeId(agent, episode),
    from: sender,
    to: agent,
    mission: '',
    epoch: 0,
    checkpoint: null,
    percent: null,
    createdAt: now,
    text: [
      `# Nudge: ${agent}`,
      '',
      `Nothing has been seen of your work for ${minutes} min (last: ${last}).`,
      '',
      '1. If you are at work, report your progress and go on.',
      `2. ${ours(reportWords.blocked.door)}`,
      '',
      'This is said once in one silence; a person hears of it if it goes on.',
      ours(acceptance),
      '',
    ].join('\n'),
  };
}

/** Whether a gas is a nudge: nobody is owed it, so it is given to nobody else. */
export function isNudge({ from }: Pick<Gas, 'from'>): boolean {
  return from === sender;
}
