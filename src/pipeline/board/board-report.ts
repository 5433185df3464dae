// How a board reads: the report that carries it, and the one line of it where there is no picture. Pure.
import type { Board, BoardAgent } from '../../contracts/board.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobOrder } from '../../contracts/jobs.ts';
import type { BoardRecord } from './record.ts';

const namedAgents = 8;

/** What one showing says beside the swarm: `final` is the last one, and `why`, where there were others before. */
export interface Showing {
  readonly final: boolean;
  readonly why?: string;
}

/** The report of one showing. */
export function boardReport(
  { about, principal, to, seq }: BoardRecord,
  board: Board,
  { final, why }: Showing,
): JobOrder<'chat.report'> {
  const text = `${boardLine(board)}${why === undefined ? '' : `. The board ends: ${why}`}`;
  const told = { to, about, kind: 'board', subject: 'Chain board', seq, final } as const;
  return {
    name: 'chat.report',
    id: derivedId('board.report', about, String(seq), to.surface, to.place),
    correlationId: about,
    causationId: null,
    principal,
    body: { ...told, text, steps: [], board },
  };
}

/** `Agent-1 82 %, Agent-2 10 %; 1 delivery open`. */
export function boardLine({ agents, more, alerts }: Board): string {
  const words = agents.slice(0, namedAgents).map((one) => `${one.agent} ${amount(one)}`);
  const rest = agents.length - words.length + more;
  const open = agents.reduce((sum, agent) => sum + agent.open, 0);
  return [
    [...words, ...(rest > 0 ? [`${rest} more`] : [])].join(', ') || 'no agents are configured',
    ...(open > 0 ? [`${open} ${open === 1 ? 'delivery' : 'deliveries'} open`] : []),
    ...(alerts.length > 0 ? [alerts.join('; ')] : []),
  ].join('; ');
}

function amount({ state, percent, inPlaceOf = [] }: BoardAgent): string {
  const much = state === 'unknown' || percent === null ? 'unknown' : `${percent} %`;
  return inPlaceOf.length === 0 ? much : `${much} in place of ${inPlaceOf.join(', ')}`;
}
