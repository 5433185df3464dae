// A person's word on what waits for it: whether it counts, and what it ends.
import { type Approval, type Decided, isIntact, principalOf, type Reading } from '../access/index.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import { errorText } from '../core/errors.ts';
import { utcTime } from '../core/utc.ts';
import type { Take } from './admit.ts';
import { altered, invalidate } from './altered.ts';
import { pausing } from './cooldown.ts';
import { rehearseWord } from './dry-run.ts';
import { carryOut, end } from './execute.ts';
import { type IntakeDeps, nothingToConfirm } from './intake-deps.ts';
import { type Decision, placeOf, type Reply } from './reply.ts';
import {
  isRequester,
  nameToType,
  type Speaker,
  standingForNo,
  standingForYes,
  type Waiting,
} from './rights.ts';
import { isTooLate } from './too-late.ts';
import { leaveWord } from './trail.ts';

/** Whoever decided is given this long to do it before anybody else's click does, ms. */
const ownTurnMs = 3_000;

/** Deals with a person's word on what waits for it. */
export async function settle(
  deps: IntakeDeps,
  decision: Decision & { readonly reading?: Reading; readonly take: Take },
  { spec, approval }: Waiting,
): Promise<Reply> {
  const { identity, verdict, reading, dryRun = false } = decision;
  if (!isIntact(approval)) return dryRun ? altered : invalidate(deps, { spec, approval });
  const place = placeOf(decision);
  const person = await deps.policy.personOf(identity);
  const speaker = { person, identity, place, ...(reading && { reading }) };
  const judge = verdict === 'yes' ? standingForYes : standingForNo;
  const standing = await judge(deps, { spec, approval }, speaker);
  if ('refusal' in standing) return standing.refusal;
  const name =
    approval.level === 'type-name' && verdict === 'yes' ? nameToType({ spec, ...approval }) : undefined;
  if (name !== undefined && decision.typed !== name) return mistyped(approval.id, name);
  if (dryRun) return whyOver(deps, approval) ?? rehearseWord(decision, approval);
  const late = await decision.take();
  if (late) return late;
  const decided: Decided = {
    person: speaker.person,
    identity,
    from: decision.replyTo,
    ...(place.server !== undefined && { server: place.server }),
    at: deps.clock.now(),
    reason: decision.reason?.slice(0, 200) ?? '',
    policyVersion: standing.policyVersion,
    ...(decision.id !== undefined && { useId: decision.id }),
  };
  const go = () => decideNow(deps, decision, { spec, approval }, { decided, speaker });
  return verdict === 'yes' ? pausing(deps, { spec, approval }, go) : go();
}

async function decideNow(
  deps: IntakeDeps,
  decision: Decision,
  { spec, approval }: Waiting,
  { decided, speaker }: { readonly decided: Decided; readonly speaker: Speaker },
): Promise<Reply> {
  const to = decision.verdict === 'yes' ? 'approved' : await stateOfNo(deps, approval, speaker);
  const move = await deps.approvals.move(approval.id, { from: 'pending', to, decided });
  if (move !== 'moved') return already(deps, decision, { spec, approval });
  return conclude(deps, decision, { spec, approval: { ...approval, state: to, decided } });
}

/** The first word that counted: recorded, then done. */
async function conclude(deps: IntakeDeps, decision: Decision, { spec, approval }: Waiting): Promise<Reply> {
  if (approval.state === 'approved') {
    return toldWhere(decision, approval, await carryOut(deps, { spec, approval }, { isFirst: true }));
  }
  // A no has no effect that the record would have to know of before: it counts without one, and the log has that.
  await leaveWord(deps, approval).catch((thrown: unknown) => {
    const { id, command } = approval;
    deps.logger.error({ id, command, why: errorText(thrown) }, 'the line of a no is missing in the record');
  });
  await end(deps, { spec, approval });
  return declined;
}

// Somebody was quicker, or it is the same word again.
async function already(
  deps: IntakeDeps,
  decision: Decision,
  { spec, approval: { id } }: Waiting,
): Promise<Reply> {
  const approval = await deps.approvals.find(id);
  const decided = approval?.decided;
  if (!approval || !decided || approval.state === 'expired' || approval.state === 'invalid')
    return nothingToConfirm(id);
  // The next sweep ends it, and two must not decide at once what becomes of it.
  if (approval.state === 'approved' && isTooLate(decided, deps.clock.now())) return nothingToConfirm(id);
  const isYes = approval.state === 'approved' || approval.state === 'done';
  const isOwn = approval.level !== 'two-persons' || isSameUse(decision, decided);
  if (isYes && decision.verdict === 'yes') {
    const person = await deps.policy.personOf(decision.identity);
    const undone = person === decided.person || deps.clock.now() - decided.at > ownTurnMs;
    // A first yes whose job was lost on its way to the queue is mended by the second one.
    if (isOwn || (approval.state === 'approved' && undone)) {
      return toldWhere(decision, approval, await carryOut(deps, { spec, approval }));
    }
  }
  if (isOwn && decision.verdict === 'no') return isYes ? tooLateForNo(approval) : declined;
  return alreadyDecided(deps, approval, decided);
}

// At the same moment, or after a crash that came before its reply was kept.
function isSameUse({ id, identity }: Decision, decided: Decided): boolean {
  return id !== undefined && id === decided.useId && principalOf(identity) === principalOf(decided.identity);
}

// Null while it waits.
function whyOver(deps: IntakeDeps, approval: Approval): Reply | null {
  const { id, state, decided, expiresAt } = approval;
  if (state === 'pending' && deps.clock.now() <= expiresAt) return null;
  return decided === null || state === 'expired'
    ? nothingToConfirm(id)
    : alreadyDecided(deps, approval, decided);
}

function alreadyDecided({ clock }: IntakeDeps, { state }: Approval, { person, at }: Decided): Reply {
  const what = state === 'done' ? 'approved' : state;
  return {
    kind: 'refusal',
    code: 'decided',
    text: `Already ${what} by ${person} at ${utcTime(at, clock.now(), 's')}.`,
  };
}

async function stateOfNo(
  deps: IntakeDeps,
  approval: Approval,
  speaker: Speaker,
): Promise<'declined' | 'withdrawn'> {
  const own = approval.level === 'two-persons' && (await isRequester(deps, approval, speaker));
  return own ? 'withdrawn' : 'declined';
}

function toldWhere({ replyTo }: Decision, { level, replyTo: asked }: Approval, reply: Reply): Reply {
  if (reply.kind !== 'accepted' || level !== 'two-persons') return reply;
  const here =
    replyTo.surface === asked.surface && replyTo.place === asked.place && replyTo.message === asked.message;
  return here ? reply : { ...reply, toldElsewhere: true };
}

const declined: Reply = { kind: 'dropped', text: 'Declined; nothing was done.' };

function mistyped(id: string, name: string): Reply {
  const text = `Type the name exactly to confirm it: \`yes ${id} ${name}\`. It still waits.`;
  return { kind: 'refusal', code: 'bad-argument', text };
}

function tooLateForNo({ invocationId }: Approval): Reply {
  const correlationId = correlationIdOf(invocationId);
  return { kind: 'accepted', correlationId, text: 'It was confirmed before; a no comes too late.' };
}
