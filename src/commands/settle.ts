// The second half of the way: a person's word on what waits for it, and the doing.
import { type Confirmation, principalOf } from '../access/index.ts';
import { correlationIdOf, shortId } from '../contracts/ids.ts';
import { denial, type IntakeDeps, nothingToConfirm } from './intake-deps.ts';
import { decided, recordChanged, recordDeclined, recordExecuting } from './record.ts';
import { type Decision, placeOf, type Reply } from './reply.ts';
import type { Action, Change } from './spec.ts';
import { noteWhereKept } from './where-kept.ts';

/** Deals with a person's word on what waits for it. */
export async function settle(
  deps: IntakeDeps,
  decision: Decision,
  { spec, confirmation }: Pick<ConfirmedAction, 'spec' | 'confirmation'>,
): Promise<Reply> {
  const { identity, confirmationId } = decision;
  if (confirmation.person !== (await deps.policy.personOf(identity))) {
    return {
      kind: 'refusal',
      code: 'denied',
      text: `Only ${confirmation.person}, who asked for it, may decide this.`,
    };
  }
  const wish = { identity, permission: spec.permission(confirmation.args), place: placeOf(decision) };
  const denied = await denial(deps, wish, spec.name);
  if (denied) return denied;
  const verdict = await deps.confirmations.decide(
    confirmationId,
    decision.verdict === 'yes' ? 'confirmed' : 'declined',
  );
  if (verdict.kind !== 'decided') return nothingToConfirm(confirmationId);
  if (verdict.state === 'declined') await recordDeclined(deps, decided(confirmation, decision));
  // A "no" that comes after the "yes" changes nothing, and enqueues nothing either.
  if (verdict.state === 'declined' || decision.verdict === 'no') {
    return verdict.state === 'declined' ? declined : tooLateForNo(confirmation);
  }
  return execute(deps, { spec, confirmation, decision });
}

/** What was confirmed, and by whose word. */
export interface ConfirmedAction {
  readonly spec: Action | Change;
  readonly confirmation: Confirmation;
  /** Whose word it is, and where the reports go. */
  readonly decision: Pick<Decision, 'identity' | 'replyTo' | 'place'>;
}

// Also run for a second click: the job's id derives from the confirmation, so it is the same job; and a first click
// that Redis confirmed but whose job was not enqueued is mended by clicking again.
/** Does what was confirmed. */
export async function execute(
  deps: IntakeDeps,
  { spec, confirmation, decision }: ConfirmedAction,
): Promise<Reply> {
  const { correlationId } = correlation(confirmation);
  const call = {
    args: confirmation.args,
    identity: decision.identity,
    correlationId,
    replyTo: decision.replyTo,
    place: placeOf(decision),
  };
  const subject = decided(confirmation, decision);
  await recordExecuting(deps, subject);
  if (spec.kind === 'change') {
    const answer = await spec.apply(call, deps);
    await recordChanged(deps, subject, answer.title);
    return { kind: 'answer', answer };
  }
  // Before it is in the queue: what nobody wrote down could neither be asked for nor cancelled.
  await deps.actions.note({
    correlationId,
    command: spec.name,
    args: confirmation.args,
    person: confirmation.person,
    principal: principalOf(decision.identity),
    at: deps.clock.now(),
  });
  const { jobs, truth } = noteWhereKept(deps.jobs);
  const text = truth(await spec.enqueue(call, { ...deps, jobs }));
  deps.logger.info(
    { correlationId, command: spec.name, args: confirmation.args, by: principalOf(decision.identity) },
    'action enqueued',
  );
  return { kind: 'accepted', correlationId, text: `${text} Its id is ${shortId(correlationId)}.` };
}

export const declined: Reply = { kind: 'dropped', text: 'Declined; nothing was done.' };

function tooLateForNo(confirmation: Confirmation): Reply {
  return {
    kind: 'accepted',
    ...correlation(confirmation),
    text: 'It was confirmed before; a no comes too late.',
  };
}

/** The name of whatever comes of it. */
export function correlation(confirmation: Confirmation): { readonly correlationId: string } {
  return { correlationId: correlationIdOf(confirmation.invocationId) };
}
