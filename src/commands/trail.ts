// What the record has to hold of a wish on its way, written before the step it tells of. A record that cannot be written
// stops the step.
import { type Approval, principalOf } from '../access/index.ts';
import type { Identity } from '../contracts/chat.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import type { IntakeDeps } from './intake-deps.ts';

/** One step of the way. */
export interface Footprint {
  readonly event: 'asked' | 'decided' | 'executing' | 'ended';
  readonly verdict: string;
  readonly detail: string;
  /** Whose step it is; default: whoever asked. */
  readonly by?: { readonly person: string; readonly identity: Identity };
  /** Default: the version that it was asked under. */
  readonly policyVersion?: string;
  readonly approvers?: readonly string[];
}

/** @throws SwarmError AUDIT_UNAVAILABLE: then the step must not be taken */
export async function leaveTrail(
  { audit }: Pick<IntakeDeps, 'audit'>,
  wish: Pick<Approval, 'requester' | 'invocationId' | 'place' | 'command' | 'args' | 'policyVersion'>,
  step: Footprint,
): Promise<void> {
  const { requester, invocationId, place, command, args } = wish;
  const { person, identity } = step.by ?? requester;
  const { surface, id, server } = place;
  const line = {
    event: step.event,
    correlationId: correlationIdOf(invocationId),
    person,
    principal: principalOf(identity),
    place: { surface, id, ...(server !== undefined && { server }) },
    command,
    args,
    verdict: step.verdict,
    detail: step.detail,
    approvers: step.approvers ?? [],
    policyVersion: step.policyVersion ?? wish.policyVersion,
  };
  // Two may say their word on one wish where the first could not be kept; either has a line of their own.
  await audit?.append(line, ...(step.event === 'decided' ? [line.principal] : []));
}

/** The line of the word that ended the waiting. @throws as `leaveTrail` */
export async function leaveWord(deps: Pick<IntakeDeps, 'audit'>, approval: Approval): Promise<void> {
  const { decided, state, level, policyVersion } = approval;
  if (decided === null) return;
  const isYes = state === 'approved' || state === 'done';
  const changed = decided.policyVersion === policyVersion ? '' : 'the rules changed since it was asked';
  await leaveTrail(deps, approval, {
    event: 'decided',
    verdict: isYes ? 'approved' : state,
    detail: [decided.reason, changed].filter((part) => part !== '').join('; '),
    by: { person: decided.person, identity: decided.identity },
    policyVersion: decided.policyVersion,
    approvers: isYes && level === 'two-persons' ? [decided.person] : [],
  });
}
