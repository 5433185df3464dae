// What `status` says of circuit breakers: only those that are not closed, and of a process that is heard.
import type { AnswerRow } from '../../contracts/chat.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { formatAge } from '../render.ts';
import { processSilentAfterMs } from './processes.ts';

/** One line per circuit that is open or being tried. @param named whether the process is told too */
export function breakerRows({ pid, at, breakers }: ProcessView, named: boolean, now: number): AnswerRow[] {
  if (now - at > processSilentAfterMs) return [];
  return breakers
    .filter(({ state }) => state !== 'closed')
    .map(({ name, state, since }) => ({
      label: named ? `circuit ${name}@${pid}` : `circuit ${name}`,
      value: `${state} for ${formatAge(now - since)}: ${consequences[state]}`,
      ageMs: null,
      tone: 'warn',
    }));
}

const consequences = {
  closed: 'calls go out',
  open: 'nothing is sent there',
  'half-open': 'the next call tries whether it is well again',
} as const;
