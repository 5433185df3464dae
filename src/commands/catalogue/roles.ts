// Roles that nobody fills, as `status` tells them.
import type { AnswerRow } from '../../contracts/chat.ts';
import { gapText, isNeededRole, type NeededRole, neededRoles } from '../../contracts/roles.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { processSilentAfterMs } from './processes.ts';

/** After an outage of Redis all leases have run out; within this time each process that lives is back, ms. */
const settleMs = 5_000;

/**
 * One line for each role that the fleet cannot do without and no living process has. None where nobody can know: while
 * no living process reaches Redis, and just after, each knows of itself alone.
 */
export function gapRows(processes: readonly ProcessView[], now: number): readonly AnswerRow[] {
  const living = processes.filter(({ at }) => now - at <= processSilentAfterMs);
  if (!living.some((process) => seesAll(process, now))) return [];
  const gaps = Object.keys(neededRoles).filter((role) => !living.some(({ roles }) => roles.includes(role)));
  return gaps
    .filter(isNeededRole)
    .map((role) => ({ label: roleLabel(role), value: gapText(role), ageMs: null, tone: 'bad' }));
}

/** A role, a link and a part may all be called `workers`. */
export function roleLabel(role: NeededRole): string {
  return `role ${role}`;
}

/** Whether it reaches Redis for long enough to know of every other one. */
export function seesAll({ links }: ProcessView, now: number): boolean {
  return links.some(
    ({ name, state, since }) => name === 'redis' && state === 'up' && now - since >= settleMs,
  );
}
