// The end of the way: what may be done is done, once, and those who were asked are told.
import { principalOf } from '../access/index.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import { errorText } from '../core/errors.ts';
import { tellEnd } from './announce.ts';
import type { IntakeDeps } from './intake-deps.ts';
import type { Reply } from './reply.ts';
import { placeOfWish, type Waiting } from './rights.ts';
import type { Action, ActionCall, Change } from './spec.ts';
import { leaveTrail } from './trail.ts';

/** Does it. The same call again is the same order: the job's id derives from the correlation id. */
export async function execute(deps: IntakeDeps, spec: Action | Change, call: ActionCall): Promise<Reply> {
  if (spec.kind === 'change') return { kind: 'answer', answer: await spec.apply(call, deps) };
  const { correlationId, args, identity } = call;
  const text = await spec.enqueue(call, deps);
  deps.logger.info({ correlationId, command: spec.name, args, by: principalOf(identity) }, 'action enqueued');
  return { kind: 'accepted', correlationId, text };
}

/**
 * Does what was approved, on behalf of whoever asked. Run again for a second click or by a sweep, it mends what a crash
 * left undone between the word and the job.
 */
export async function carryOut(deps: IntakeDeps, { spec, approval }: Waiting): Promise<Reply> {
  const { requester, decided, level, args, invocationId, id } = approval;
  // One's own yes may come from another surface than the question, and what comes of it goes there.
  const own = level === 'two-persons' ? null : decided;
  if (approval.state === 'approved') {
    const approvers = level === 'two-persons' && decided ? [decided.person] : [];
    const step = { event: 'executing', verdict: 'allowed', detail: approval.prompt, approvers } as const;
    await leaveTrail(deps, approval, { ...step, ...(decided && { policyVersion: decided.policyVersion }) });
  }
  const reply = await execute(deps, spec, {
    args,
    identity: own?.identity ?? requester.identity,
    correlationId: correlationIdOf(invocationId),
    replyTo: own?.from ?? approval.replyTo,
    place: own ? { surface: own.from.surface, id: own.from.place } : placeOfWish(approval),
  });
  // It is done: whatever fails from here on is made good by a sweep, and must not sound like a failure.
  await deps.approvals
    .move(id, { from: 'approved', to: 'done' })
    .then(() => end(deps, { spec, approval: { ...approval, state: 'done' } }))
    .catch((thrown: unknown) => deps.logger.warn({ id, error: errorText(thrown) }, 'left to a sweep'));
  return reply;
}

/** Tells of the end wherever it is shown, and lets go of it. */
export async function end(deps: IntakeDeps, { spec, approval }: Waiting): Promise<void> {
  await tellEnd(deps, approval, { followed: spec.kind === 'action' });
  await deps.approvals.settled(approval.id);
}
