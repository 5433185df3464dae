// Roles that nobody fills, as `status` tells them.
import type { AnswerRow } from '../../contracts/chat.ts';
import { gapText, isNeededRole, neededRoles } from '../../contracts/roles.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { processSilentAfterMs } from './processes.ts';

/** One line for each role that the fleet cannot do without and no living process has; none where nobody is known to live. */
export function gapRows(processes: readonly ProcessView[], now: number): readonly AnswerRow[] {
  const living = processes.filter(({ at }) => now - at <= processSilentAfterMs);
  if (living.length === 0) return [];
  const gaps = Object.keys(neededRoles).filter((role) => !living.some(({ roles }) => roles.includes(role)));
  return gaps
    .filter(isNeededRole)
    .map((role) => ({ label: role, value: gapText(role), ageMs: null, tone: 'bad' }));
}
