// A yes that could not be carried out in time: after a long outage nobody expects it any more, so it is told and not done.
import type { Decided } from '../access/index.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import { end, finish } from './execute.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { formatAge } from './render.ts';
import type { Waiting } from './rights.ts';
import { leaveTrail, leaveWord } from './trail.ts';

/** How long after its yes a thing is still done, ms. */
const doneWithinMs = 600_000;

/** Lines of the record that are looked at for one that says it was begun. */
const mostLines = 20_000;

/** Whether nobody expects any more that it is done. */
export function isTooLate({ at }: Pick<Decided, 'at'>, now: number): boolean {
  return now - at > doneWithinMs;
}

/** Ends it, unless it is found to have been done after all. Safe to repeat. @throws SwarmError REDIS_*, AUDIT_UNAVAILABLE */
export async function endTooLate(
  deps: IntakeDeps,
  { spec, approval }: Waiting,
  decided: Decided,
): Promise<void> {
  const [action] = await deps.actions.find(correlationIdOf(approval.invocationId));
  if (action && (action.word !== null || action.steps.length > 0)) {
    return finish(deps, { spec, approval: { ...approval, state: 'done' } });
  }
  const isUntouched = await wasNeverBegun(deps, approval);
  const came = isUntouched ? 'nothing was done' : 'whether it was begun is not known';
  const reason = `it could not be done within ${formatAge(doneWithinMs)}; ${came}`;
  const late = { ...approval, state: 'expired', decided: { ...decided, reason } } as const;
  await leaveWord(deps, approval);
  await leaveTrail(deps, late, {
    event: 'ended',
    verdict: isUntouched ? 'expired' : 'unknown',
    detail: reason,
  });
  const move = await deps.approvals.move(approval.id, {
    from: 'approved',
    to: 'expired',
    decided: late.decided,
  });
  if (move === 'moved') await end(deps, { spec, approval: late });
}

/** What is done is recorded as begun before; a record that cannot be looked through tells nothing. */
async function wasNeverBegun(
  { record }: IntakeDeps,
  { invocationId }: Waiting['approval'],
): Promise<boolean> {
  const filter = { correlationId: correlationIdOf(invocationId), event: 'executing' } as const;
  const { lines, complete, unreadable } = await record.query(filter, { limit: 1, most: mostLines });
  return lines.length === 0 && complete && unreadable === 0;
}
