// Whose word counts on what waits, asked anew at the moment of the word: the rules, or who is who, may have changed since
// the question.
import { type Approval, type Decided, principalOf, type Reading, stricter } from '../access/index.ts';
import type { Identity, Place } from '../contracts/chat.ts';
import { type IntakeDeps, judged } from './intake-deps.ts';
import { levelOf } from './level.ts';
import type { Reply } from './reply.ts';
import type { Action, Change } from './spec.ts';
import { maySee } from './who-sees.ts';

/** Who says something, and where. */
export interface Speaker {
  readonly person: string;
  readonly identity: Identity;
  readonly place: Place;
  /** What is recorded of them, where it was asked for at the moment of their word. */
  readonly reading?: Reading;
}

/** What waits, and the command it is of. */
export interface Waiting {
  readonly spec: Action | Change;
  readonly approval: Approval;
}

/** Why a word does not count, or the version of the rules under which it does. */
export type Standing =
  | { readonly refusal: Extract<Reply, { kind: 'refusal' }> }
  | { readonly policyVersion: string };

/** What a yes to `type-name` has to be typed with: the first argument, or the command where it has none. */
export function nameToType({
  spec,
  args,
}: {
  readonly spec: Action | Change;
  readonly args: Approval['args'];
}): string {
  return args[spec.args[0]?.name ?? ''] ?? spec.name;
}

/** Whether a yes of this speaker counts. */
export async function standingForYes(
  deps: IntakeDeps,
  waiting: Waiting,
  speaker: Speaker,
): Promise<Standing> {
  const { spec, approval } = waiting;
  const { requester, level, permission } = approval;
  if (stricter(level, levelOf(deps, spec, permission)) !== level) {
    return refused('denied', 'The rules have changed since, and want more than was asked for. Ask again.');
  }
  if (level !== 'two-persons') {
    return (await isRequester(deps, approval, speaker))
      ? allowedTo(deps, { ...speaker, permission }, spec.name)
      : refused('denied', `Only ${requester.person}, who asked for it, may decide this.`);
  }
  if (await isRequester(deps, approval, speaker)) {
    return refused('denied', `${requester.person} asked for it, so somebody else has to approve it.`);
  }
  const second = await mayApprove(deps, approval, speaker);
  if ('refusal' in second) return second;
  const receiver = await receiverOf(deps, waiting);
  if (receiver !== null && (speaker.person === receiver || principalOf(speaker.identity) === receiver)) {
    return refused('denied', `It is for ${receiver}, so somebody else has to approve it.`);
  }
  // Both have to be allowed now, whatever they were when it was asked.
  return allowedTo(
    deps,
    { identity: withoutMarks(requester.identity), place: placeOfWish(approval), permission },
    spec.name,
  );
}

// As they are known now: a stranger of then may have been linked to a person since.
async function receiverOf({ access }: IntakeDeps, { spec, approval }: Waiting): Promise<string | null> {
  const named = spec.kind === 'change' ? (spec.mayNotApprove?.(approval.args) ?? null) : null;
  return named === null ? null : ((await access.portrait(named))?.person ?? named);
}

/** Whether a no of this speaker counts. Whoever asked may always take it back. */
export async function standingForNo(
  deps: IntakeDeps,
  { approval }: Waiting,
  speaker: Speaker,
): Promise<Standing> {
  const { requester, level, permission } = approval;
  const { identity, place } = speaker;
  if (await isRequester(deps, approval, speaker)) {
    return { policyVersion: (await deps.policy.decide({ identity, place, permission })).policyVersion };
  }
  if (level === 'two-persons') return mayApprove(deps, approval, speaker);
  return refused('denied', `Only ${requester.person}, who asked for it, may decide this.`);
}

/** Also when it was a stranger then who has been linked to the same person since. */
export async function isRequester(
  { policy }: Pick<IntakeDeps, 'policy'>,
  { requester }: Approval,
  { person, identity }: Speaker,
): Promise<boolean> {
  if (principalOf(identity) === principalOf(requester.identity) || person === requester.person) return true;
  return person === (await policy.personOf(requester.identity));
}

// The right to do it oneself is enough to let another do it. The permission names an argument.
async function mayApprove(deps: IntakeDeps, approval: Approval, speaker: Speaker): Promise<Standing> {
  const { permission, command, level, requester } = approval;
  const { identity, place, reading } = speaker;
  const who = { identity, place, ...(reading && { reading }) };
  const approve = await deps.policy.decide({ ...who, permission: `approve:${permission}` });
  const own = approve.allowed ? approve : await deps.policy.decide({ ...who, permission });
  if (own.blockedBy === null) return { policyVersion: own.policyVersion };
  deps.logger.warn({ permission, by: principalOf(identity), gate: own.blockedBy.name }, 'may not approve');
  const by = [{ person: requester.person, principal: principalOf(requester.identity) }];
  const needs = (await maySee({ by, level, permission }, who, deps))
    ? `\`approve:${permission}\` or \`${permission}\` (${own.blockedBy.detail})`
    : `the permission that this \`${command}\` needs, or the one to approve it`;
  return refused('denied', `Not for ${identity.name} to decide: it takes ${needs}.`);
}

async function allowedTo(
  deps: IntakeDeps,
  wish: Omit<Speaker, 'person'> & { readonly permission: string },
  command: string,
): Promise<Standing> {
  const { identity, place, permission, reading } = wish;
  const verdict = await deps.policy.decide({ identity, place, permission, ...(reading && { reading }) });
  const right = judged(deps, { identity, place, permission }, { command, verdict });
  return 'refusal' in right ? right : { policyVersion: verdict.policyVersion };
}

/**
 * As the platform vouches for it now: what it vouched for when something was stored may be gone, and must not be vouched
 * for anew.
 */
export function withoutMarks({ surface, id, name }: Identity): Identity {
  return { surface, id, name };
}

/** Where the word was said that ended the waiting. */
export function placeOfWord({ from, server }: Decided): Place {
  return { surface: from.surface, id: from.place, ...(server !== undefined && { server }) };
}

/** Where it was asked. */
export function placeOfWish({ place: { surface, id, server } }: Approval): Place {
  return { surface, id, ...(server !== undefined && { server }) };
}

function refused(code: 'denied', text: string): Standing {
  return { refusal: { kind: 'refusal', code, text } };
}
