// The pause between two uses of one command. It begins when something is done, not when it is asked about: what ends in a no
// makes nobody wait. How long a pause is and for whom stands in the configuration; that it is kept, in access/limits.ts.
import {
  type Admission,
  type Approval,
  type Cooldown,
  type Limits,
  type LimitsConfig,
  type Policy,
  principalOf,
} from '../access/index.ts';
import type { Identity, Place } from '../contracts/chat.ts';
import type { Reply } from './reply.ts';
import type { Action, Change } from './spec.ts';

/** Whose use of what, and where. */
export interface Used {
  readonly spec: Action | Change;
  readonly identity: Identity;
  readonly place: Pick<Place, 'surface' | 'id'>;
}

/** Every pause that a use has to keep and begins. @throws SwarmError REDIS_* when it cannot be read whose identity it is */
export async function cooldownsOf(
  { policy }: { readonly policy: Pick<Policy, 'personOf'> },
  settings: LimitsConfig,
  { spec: { name, cooldownMs = 0 }, identity, place: { surface, id } }: Used,
): Promise<readonly Cooldown[]> {
  const { personCooldownMs, placeCooldownMs, globalCooldownMs } = settings;
  const person = personCooldownMs > 0 ? await policy.personOf(identity) : '';
  const all: readonly Cooldown[] = [
    { scope: 'person', key: `${name}:person:${person}`, ms: personCooldownMs },
    { scope: 'place', key: `${name}:place:${surface}:${id}`, ms: Math.max(cooldownMs, placeCooldownMs) },
    { scope: 'global', key: `${name}:global`, ms: globalCooldownMs },
  ];
  return all.filter(({ ms }) => ms > 0);
}

/** What the pause of a yes needs. */
export interface PauseDeps {
  readonly policy: Pick<Policy, 'personOf'>;
  readonly approvals: { find(id: string): Promise<Pick<Approval, 'state'> | null> };
  readonly bounds?: { readonly store: Limits; readonly settings: LimitsConfig };
}

/**
 * Does what a yes lets happen, unless another use of it was done too short a time ago: then it waits on. The pause is that
 * of whoever asked, where they asked; the same yes again keeps it, and one that came to nothing gives it back.
 * @throws SwarmError REDIS_* where it cannot be counted, and whatever `work` throws
 */
export async function pausing(
  deps: PauseDeps,
  { spec, approval }: { readonly spec: Action | Change; readonly approval: Approval },
  work: () => Promise<Reply>,
): Promise<Reply> {
  const { bounds, policy, approvals } = deps;
  const { requester, place, id, state } = approval;
  // What was decided before has begun its pause then.
  if (bounds === undefined || state !== 'pending') return work();
  const { identity } = requester;
  const cooldowns = await cooldownsOf({ policy }, bounds.settings, { spec, identity, place });
  if (cooldowns.length === 0) return work();
  const begun = await bounds.store.begin(cooldowns, [principalOf(identity), approval.invocationId]);
  if (begun.kind === 'limited') return tooSoon(begun, spec.name, ' It still waits.');
  const giveBack = async () => {
    const now = await approvals.find(id);
    const isTaken = now?.state === 'approved' || now?.state === 'done';
    if (!isTaken) await bounds.store.settle(begun.ticket, { reply: null, counts: false });
  };
  try {
    const reply = await work();
    if (reply.kind !== 'accepted' && reply.kind !== 'answer') await giveBack();
    return reply;
  } catch (thrown) {
    // It was already told what went wrong; a pause that stays is the smaller evil.
    await giveBack().catch(() => undefined);
    throw thrown;
  }
}

/** That it is too soon, and for how long. */
export function tooSoon(
  { by, retryAfterMs }: Extract<Admission, { kind: 'limited' }>,
  command: string,
  besides = '',
): Extract<Reply, { kind: 'refusal' }> {
  const where = { person: ' for you', place: ' here', global: '', rate: '' }[by];
  const text = `\`${command}\` may be used again${where} ${inSeconds(retryAfterMs)}.${besides}`;
  return { kind: 'refusal', code: 'limited', text, retryAfterMs };
}

/** `in 12 s`, never sooner than it is. */
export function inSeconds(ms: number): string {
  return `in ${Math.max(1, Math.ceil(ms / 1_000))} s`;
}
