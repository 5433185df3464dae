// What nobody's click brings to its end: time that runs out, which is brought to mind once before, and what a crash left
// undone between a word and its job. Safe to run in several processes at once.
import { type Approval, isIntact } from '../access/index.ts';
import { domainErrors } from '../contracts/errors.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import { invalidate } from './altered.ts';
import { remind } from './announce.ts';
import { carryOut, end } from './execute.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { placeOfWord, standingForYes, type Waiting, withoutMarks } from './rights.ts';
import type { CommandSpec } from './spec.ts';
import { endTooLate, isTooLate } from './too-late.ts';
import { leaveTrail } from './trail.ts';

/** Looks after all whose time is over. One that fails is left to the next sweep. @throws SwarmError REDIS_* */
export async function sweepApprovals(deps: IntakeDeps, specs: readonly CommandSpec[]): Promise<void> {
  for (const id of await deps.approvals.due()) {
    try {
      await lookAfter(deps, specs, id);
    } catch (thrown) {
      deps.logger.warn({ id, error: errorText(thrown) }, 'an approval is left to the next sweep');
    }
  }
}

function nullIfUnreadable(thrown: unknown): null {
  if (thrown instanceof SwarmError && thrown.kind === domainErrors.recordUnreadable) return null;
  throw thrown;
}

async function lookAfter(deps: IntakeDeps, specs: readonly CommandSpec[], id: string): Promise<void> {
  const found = await deps.approvals.find(id).then((approval) => ({ approval }), nullIfUnreadable);
  // It stays until a person mends it, who hears of it by an alert; it must not keep the others from their end.
  if (!found) return deps.approvals.putOff(id);
  const { approval } = found;
  const spec = specs.find(({ name }) => name === approval?.command);
  if (!approval || !spec || spec.kind === 'question' || spec.kind === 'word')
    return deps.approvals.settled(id);
  if (!isIntact(approval) && approval.state !== 'invalid') {
    await invalidate(deps, { spec, approval });
    return deps.approvals.settled(id);
  }
  if (approval.state === 'pending') {
    const isWaiting = approval.shownAt !== null && deps.clock.now() <= approval.expiresAt;
    return isWaiting ? bringToMind(deps, approval) : expire(deps, { spec, approval });
  }
  if (approval.state === 'approved') return complete(deps, { spec, approval });
  return end(deps, { spec, approval });
}

// Told first: it is told once, however often, and a crash before the note does not lose it.
async function bringToMind(deps: IntakeDeps, approval: Approval): Promise<void> {
  // Of one that waits again for other reasons nobody is reminded: whoever asked has just been told.
  if (approval.remindAfterMs !== undefined) await remind(deps, approval);
  await deps.approvals.reminded(approval.id);
}

async function expire(deps: IntakeDeps, { spec, approval }: Waiting): Promise<void> {
  const move = await deps.approvals.move(approval.id, { from: 'pending', to: 'expired' });
  if (move !== 'moved') return;
  const detail = approval.shownAt === null ? 'it could not be shown' : 'nobody decided in time';
  const expired = { ...approval, state: 'expired' } as const;
  await leaveTrail(deps, expired, { event: 'ended', verdict: 'expired', detail });
  await end(deps, { spec, approval: expired });
}

// Approved, and whoever was about to do it died. The rights are asked again: they may have gone meanwhile.
async function complete(deps: IntakeDeps, { spec, approval }: Waiting): Promise<void> {
  const { decided, id } = approval;
  if (decided === null) return;
  if (isTooLate(decided, deps.clock.now())) return endTooLate(deps, { spec, approval }, decided);
  const { person, identity } = decided;
  const speaker = { person, identity: withoutMarks(identity), place: placeOfWord(decided) };
  const standing = await standingForYes(deps, { spec, approval }, speaker);
  if ('policyVersion' in standing) {
    await carryOut(deps, { spec, approval });
    return;
  }
  const lost = {
    ...approval,
    state: 'declined',
    decided: { ...decided, reason: standing.refusal.text },
  } as const;
  await leaveTrail(deps, lost, { event: 'ended', verdict: 'declined', detail: standing.refusal.text });
  const move = await deps.approvals.move(id, { from: 'approved', to: 'declined', decided: lost.decided });
  if (move === 'moved') await end(deps, { spec, approval: lost });
}
