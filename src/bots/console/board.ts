// The board at the console: the same rows as on any surface, as lines. Ages are as of the moment the board was made.
import { formatAge } from '../../commands/index.ts';
import type { Board, BoardAgent } from '../../contracts/board.ts';
import type { Answer, Report } from '../../contracts/chat.ts';
import { signText } from '../../contracts/watch.ts';

/** A board in the form of an answer. */
export function boardAnswer({ subject, text, final }: Report, board: Board): Answer {
  const { agents, alerts, more, at } = board;
  const alarms = alerts.map((alert) => ({ label: 'alert', value: alert, ageMs: null, tone: 'bad' as const }));
  const notes = [
    ...(more > 0 ? [`And ${more} more.`] : []),
    ...(final ? [text.split('. ').at(-1) ?? ''] : []),
  ];
  return {
    title: subject,
    tone: 'info',
    rows: [...agents.map((agent) => rowOf(agent, at)), ...alarms],
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    data: board,
  };
}

function rowOf(agent: BoardAgent, at: number): Answer['rows'][number] {
  const { state, percent, nextCheckpoint, handsTo, inPlaceOf = [], open, sign, tone, course } = agent;
  const isKnown = state !== 'unknown' && percent !== null;
  const words = [
    isKnown ? `${sparkline(course)} ${percent} %, ${state.replaceAll('_', ' ')}` : 'unknown',
    ...(isKnown || percent === null ? [] : [`had told ${percent} %`]),
    ...(inPlaceOf.length === 0 ? [] : [`in place of ${inPlaceOf.join(', ')}`]),
    ...(nextCheckpoint === null ? [] : [`next ${nextCheckpoint} %`]),
    ...(open === 0 ? [] : [`${open} gas open`]),
    ...(handsTo.length === 0 ? [] : [`→ ${handsTo.join(', ')}`]),
    ...(sign === null ? [] : [`${signText(sign)} ${formatAge(at - sign.at)} before`]),
  ];
  return { label: agent.agent, value: words.join(', '), ageMs: null, tone };
}

const heights = '▁▂▃▄▅▆▇█';

function sparkline(course: BoardAgent['course']): string {
  return course
    .slice(-12)
    .map(([, percent]) => heights[Math.min(7, Math.floor((percent * 8) / 100))])
    .join('');
}
