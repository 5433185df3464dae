// The end of the way: what may be done is done, once, and those who were asked are told.
import { type Approval, principalOf } from '../access/index.ts';
import type { Place } from '../contracts/chat.ts';
import { correlationIdOf, shortId } from '../contracts/ids.ts';
import { errorText } from '../core/errors.ts';
import { isUnanswered } from '../core/redis-faults.ts';
import { isEndTold, tellEnd } from './announce.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { recordChanged } from './record.ts';
import type { Reply } from './reply.ts';
import { placeOfWish, placeOfWord, type Waiting } from './rights.ts';
import type { Action, ActionCall, Change } from './spec.ts';
import { leaveTrail, leaveWord } from './trail.ts';
import { noteWhereKept } from './where-kept.ts';

/** What is to be done, and for whom. */
export interface Order extends ActionCall {
  readonly place: Place;
  /** Who asked for it. */
  readonly person: string;
  /** Whether a sweep does it again where it was not done to its end; default false. */
  readonly isSwept?: boolean;
}

/** Does it. The same call again is the same order: the job's id derives from the correlation id. */
export async function execute(
  deps: IntakeDeps,
  spec: Action | Change,
  { person, isSwept = false, ...call }: Order,
): Promise<Reply> {
  const { correlationId, args, identity } = call;
  if (spec.kind === 'change') {
    const answer = await spec.apply(call, deps);
    await recordChanged(deps, { ...call, command: spec.name }, answer.title);
    return { kind: 'answer', answer };
  }
  const principal = principalOf(identity);
  // Sent before the job, on the same way: what nobody wrote down could neither be asked for nor cancelled.
  const note = { correlationId, command: spec.name, args, person, principal, at: deps.clock.now() };
  const noting = deps.actions.note(note);
  noting.catch(() => undefined);
  // Without a sweep that would repeat both where the note alone fails, the job waits for it.
  if (!isSwept) await noting;
  const { jobs, truth } = noteWhereKept(deps.jobs);
  const [said] = await Promise.all([spec.enqueue(call, { ...deps, jobs }), noting]);
  const text = truth(said, deps.clock.now());
  deps.logger.info({ correlationId, command: spec.name, args, by: principal }, 'action enqueued');
  return { kind: 'accepted', correlationId, text: `${text} Its id is ${shortId(correlationId)}.` };
}

/**
 * Does what was approved, on behalf of whoever asked. Run again for a second click or by a sweep, it mends what a crash
 * left undone between the word and the job. @param isFirst whether the word that approved it was said just now
 */
export async function carryOut(
  deps: IntakeDeps,
  { spec, approval }: Waiting,
  { isFirst }: { readonly isFirst: boolean } = { isFirst: false },
): Promise<Reply> {
  const { requester, decided, level, args, invocationId, id, prompt: question } = approval;
  // One's own yes may come from another surface than the question, and what comes of it goes there.
  const own = level === 'two-persons' ? null : decided;
  if (approval.state === 'approved') {
    try {
      await recordBegun(deps, approval);
    } catch (thrown) {
      // Whoever hears that nothing was done must not see it done later, when the record is back: it waits for a word again.
      // Where nobody heard an answer the lines may be there, and taking the word back might come through just as late.
      if (isFirst && !isUnanswered(thrown) && (await waitsAgain(deps, id))) throw thrown;
      deps.logger.warn({ id, error: errorText(thrown) }, 'what is approved waits for the record');
      return { kind: 'refusal', code: 'unavailable', text: waitsForRecord };
    }
  }
  const reply = await execute(deps, spec, {
    ...{ args, question },
    person: requester.person,
    isSwept: approval.state === 'approved',
    identity: own?.identity ?? requester.identity,
    correlationId: correlationIdOf(invocationId),
    replyTo: own?.from ?? approval.replyTo,
    place: own ? placeOfWord(own) : placeOfWish(approval),
  });
  // It is done: whatever fails from here on is made good by a sweep, and must not sound like a failure.
  await finish(deps, { spec, approval: { ...approval, state: 'done' } }).catch((thrown: unknown) =>
    deps.logger.warn({ id, error: errorText(thrown) }, 'left to a sweep'),
  );
  return reply;
}

const waitsForRecord =
  'It is approved, but the audit record cannot be written now; it is done once the record can be, if that is within 10 min.';

// False where a sweep or a second click was quicker: then it stays approved.
async function waitsAgain({ approvals }: IntakeDeps, id: string): Promise<boolean> {
  return (await approvals.move(id, { from: 'approved', to: 'pending' })) === 'moved';
}

// The word as well, which a crash may have kept from its line.
async function recordBegun(deps: IntakeDeps, approval: Approval): Promise<void> {
  const { decided, level, prompt } = approval;
  const approvers = level === 'two-persons' && decided ? [decided.person] : [];
  const step = { event: 'executing', verdict: 'allowed', detail: prompt, approvers } as const;
  await Promise.all([
    leaveWord(deps, approval),
    leaveTrail(deps, approval, { ...step, ...(decided && { policyVersion: decided.policyVersion }) }),
  ]);
}

/** It is done: nobody need look after it any more. */
export async function finish(deps: IntakeDeps, { spec, approval }: Waiting): Promise<void> {
  const settled = !isEndTold(approval, endingOf(spec));
  const move = await deps.approvals.move(approval.id, { from: 'approved', to: 'done', settled });
  if (move !== 'moved' || !settled) await end(deps, { spec, approval });
}

/** Tells of the end wherever it is shown, and lets go of it. */
export async function end(deps: IntakeDeps, { spec, approval }: Waiting): Promise<void> {
  await tellEnd(deps, approval, endingOf(spec));
  await deps.approvals.settled(approval.id);
}

function endingOf({ kind }: Waiting['spec']) {
  return { followed: kind === 'action' };
}
