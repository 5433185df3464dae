// What commands may know and change of access: who somebody is, why they may or may not, grants, revocations, links. A
// refusal is a returned value; the confirmation and the record before a change are not made here.
import type { Identity, Mark, Place } from '../contracts/chat.ts';
import type { Clock } from '../core/clock.ts';
import { drawCode, normalCode } from './codes.ts';
import { type Facts, gatesOf, rolesOf } from './gates.ts';
import {
  afterwards,
  couldBeVouched,
  denialOf,
  type Entitlement,
  hasWhole,
  isHeld,
  lostWith,
  objectionTo,
} from './granting.ts';
import { type Grant, type GrantOrder, type Grants, wordsOf } from './grants.ts';
import { codeTtlMs, type Links, type Redeemed } from './links.ts';
import { factsOf, personOf, type RuledPolicy, verdictOf, versionOf } from './policy.ts';
import type { Recall } from './recall.ts';
import { compileRules, principalOf, type Rules } from './rules.ts';
import type { Verdict } from './verdict.ts';

/** Who somebody is, and what they have. */
export interface Portrait {
  /** A name of the policy, or the identity of a stranger. */
  readonly person: string;
  readonly identities: readonly string[];
  readonly roles: readonly string[];
  readonly marks: readonly Mark[];
  readonly grants: readonly Grant[];
}

/** By whom something is granted or revoked, and the id that makes it count once. */
export interface Order {
  readonly id: string;
  readonly by: Identity;
}

/** What became of a code. `owned`: the policy file says whose identity it is that entered it. */
export type Entered =
  | { readonly kind: 'linked' | 'same' | 'taken' | 'owned'; readonly person: string }
  | Extract<Redeemed, { kind: 'wrong' | 'locked' }>;

/** What commands read and change of access. Each rejects with a SwarmError REDIS_* when the truth cannot be read or written. */
export interface Access {
  /** Names of the policy file, for completion. */
  readonly people: readonly string[];
  readonly roles: readonly string[];
  /** An identity, or a name of the policy or `surface:id`; null when there is no such person. */
  portrait(who: string | Identity): Promise<Portrait | null>;
  /** Every gate before a permission, for somebody as `portrait` finds them, with the identity they have at the place. */
  why(who: string | Identity, permission: string, place: Place | null): Promise<Verdict | null>;
  /** Why somebody may not grant that; null when they may. */
  objection(by: Identity, wanted: Entitlement): Promise<string | null>;
  /** Why somebody may not revoke that: they, or everybody, could grant or revoke no more; null when they may. */
  lockingOut(by: Identity, unwanted: Entitlement): Promise<string | null>;
  /** Takes effect at once, in all processes. Resolves to whether this very call did it. */
  grant(wanted: Entitlement, order: Order): Promise<boolean>;
  /** What denies it or a part of it, whatever grants it, and where alone it counts, for people; null: nothing. */
  denying(what: Entitlement): Promise<string | null>;
  /** What allows or denies it once its time is over, for people; null: nothing does, or it has no end. */
  afterwards(what: Entitlement): Promise<string | null>;
  /** As `grant`: takes the grant away, and denies it for a time, where there is none, or where it would be allowed without. */
  revoke(unwanted: Entitlement, order: Order): Promise<boolean>;
  /** A code that links whoever enters it to this person; `expiresAt` in ms since the epoch. */
  offerCode(identity: Identity): Promise<{ readonly code: string; readonly expiresAt: number }>;
  /** Links this identity to the person of the code, which counts once. */
  enterCode(identity: Identity, code: string): Promise<Entered>;
  /** Resolves to whether it was linked. */
  unlink(identity: Identity): Promise<boolean>;
}

export interface AccessDeps {
  readonly policy: Pick<RuledPolicy, 'rules'>;
  readonly recall: Recall;
  readonly grants: Grants;
  readonly links: Links;
  readonly clock: Clock;
  /** Draws a one-time code; default: at random. */
  readonly makeCode?: () => string;
}

/** Creates it over the policy in force and the records in Redis. */
export function createAccess(deps: AccessDeps): Access {
  const { policy, links, clock, makeCode = drawCode } = deps;
  const rulesNow = () => policy.rules ?? compileRules({ roles: {}, people: {} });
  return {
    get people() {
      return rulesNow().people;
    },
    get roles() {
      return rulesNow().roles;
    },
    ...makeQuestions(deps, rulesNow),
    ...makeGranting(deps, rulesNow),
    offerCode: async (identity) => {
      const principal = principalOf(identity);
      const rules = rulesNow();
      const via = rules.ownerOf(principal) === null ? await links.viaOf(principal) : null;
      const code = makeCode();
      const now = clock.now();
      await links.offer(normalCode(code), via ?? principal, now);
      return { code, expiresAt: now + codeTtlMs };
    },
    enterCode: async (identity, code) => {
      const rules = rulesNow();
      const owner = rules.ownerOf(principalOf(identity));
      if (owner !== null) return { kind: 'owned', person: owner };
      const done = await links.redeem(normalCode(code), principalOf(identity), clock.now());
      if (!('via' in done)) return done;
      return { kind: done.kind, person: rules.ownerOf(done.via) ?? done.via };
    },
    unlink: (identity) => links.cut(principalOf(identity)),
  };
}

type Questions = 'portrait' | 'why' | 'objection' | 'lockingOut' | 'denying' | 'afterwards';

function makeQuestions(deps: AccessDeps, rulesNow: () => Rules): Pick<Access, Questions> {
  return {
    portrait: async (who) => {
      const rules = rulesNow();
      const facts = await find(deps, rules, who, null);
      if (facts === null) return null;
      const { person, marks, grants } = facts;
      const identities = await identitiesOf(deps, rules, person);
      return { person, identities, roles: rolesOf(rules, facts), marks, grants };
    },
    why: async (who, permission, place) => {
      const rules = rulesNow();
      const facts = await find(deps, rules, who, place);
      if (facts === null) return null;
      return verdictOf(gatesOf(rules, facts, permission, place), versionOf(rules, facts));
    },
    objection: async (by, wanted) => {
      const rules = rulesNow();
      const [giver, subject] = [
        await find(deps, rules, by, null),
        await find(deps, rules, wanted.person, null),
      ];
      if (giver === null || subject === null) return `Nobody is called \`${wanted.person.slice(0, 64)}\`.`;
      return objectionTo(rules, { giver, subject, wanted });
    },
    lockingOut: (by, unwanted) => lockingOut(deps, rulesNow(), { by, unwanted }),
    denying: async (what) => {
      const rules = rulesNow();
      const subject = await find(deps, rules, what.person, null);
      return subject === null ? null : denialOf(rules, subject, what);
    },
    afterwards: async (what) => {
      const rules = rulesNow();
      const subject = await find(deps, rules, what.person, null);
      return subject === null ? null : afterwards(rules, subject, what);
    },
  };
}

function makeGranting(deps: AccessDeps, rulesNow: () => Rules): Pick<Access, 'grant' | 'revoke'> {
  const orderOf = async (
    { person: name, kind, name: what, until }: Entitlement,
    { id, by }: Order,
    effect: Grant['effect'],
  ): Promise<GrantOrder> => {
    const rules = rulesNow();
    const [subject, giver] = [await find(deps, rules, name, null), await find(deps, rules, by, null)];
    const grant = {
      effect,
      kind,
      name: what,
      by: giver?.person ?? principalOf(by),
      at: deps.clock.now(),
      until,
    };
    return { id, person: subject?.person ?? name, grant };
  };
  return {
    grant: async (wanted, order) => {
      const grant = await orderOf(wanted, order, 'allow');
      const first = await deps.grants.put(grant);
      // What was revoked from this identity while it was nobody's binds it still.
      if (first && grant.person !== wanted.person) {
        const own = { ...grant, id: `${grant.id}-own`, person: wanted.person };
        const said = await deps.grants.of([own.person], own.grant.at);
        if (wanted.until === null) await deps.grants.drop(own);
        else if (said.some(isAbout(wanted))) await deps.grants.put(own);
      }
      return first;
    },
    revoke: async (unwanted, order) => {
      const rules = rulesNow();
      const denial = await orderOf(unwanted, order, 'deny');
      // For a time: what stood before counts again when it is over.
      if (unwanted.until !== null) return deps.grants.put(denial);
      const subject = await find(deps, rules, unwanted.person, null);
      const now = deps.clock.now();
      const identities = await identitiesOf(deps, rules, denial.person);
      const [own, joined] = await Promise.all([
        deps.grants.of([denial.person], now),
        deps.grants.of(
          identities.filter((identity) => identity !== denial.person),
          now,
        ),
      ]);
      const isSame = isAbout(unwanted);
      const others = [...own.filter((grant) => !isSame(grant)), ...joined].flatMap(everAllowing);
      // What only the grant allows ends with it. Anything else is denied, also what nothing allows yet, or what an
      // identity was granted before it became this person's, or what a platform may vouch for with the next wish.
      const ends =
        own.find(isSame)?.effect === 'allow' &&
        subject !== null &&
        !isHeld(rules, { ...subject, grants: others }, unwanted) &&
        !couldBeVouched(rules, unwanted);
      return ends ? deps.grants.drop(denial) : deps.grants.put(denial);
    },
  };
}

async function lockingOut(
  deps: AccessDeps,
  rules: Rules,
  { by, unwanted }: { readonly by: Identity; readonly unwanted: Entitlement },
): Promise<string | null> {
  const subject = await find(deps, rules, unwanted.person, null);
  const lost = subject === null ? [] : lostWith(rules, subject, unwanted);
  if (subject === null || lost.length === 0) return null;
  const giver = await find(deps, rules, by, null);
  if (giver?.person === subject.person) {
    return `It would take \`${lost[0]}\` or a part of it from yourself, and nobody grants to themselves.`;
  }
  const others = rules.people.filter((person) => person !== subject.person);
  const found = await Promise.all(others.map((person) => find(deps, rules, person, null)));
  const isLast = (right: string) =>
    hasWhole(rules, subject, right) &&
    !found.some((facts) => facts !== null && hasWhole(rules, facts, right));
  const right = lost.find(isLast);
  if (right === undefined) return null;
  return `${subject.person} is the last one of the policy with all of \`${right}\`: give it to somebody else first.`;
}

function isAbout({ kind, name }: Pick<Entitlement, 'kind' | 'name'>): (grant: Grant) => boolean {
  return (grant) => grant.kind === kind && grant.name === name;
}

// A revocation that ends keeps nothing from being allowed later.
function everAllowing(grant: Grant): readonly Grant[] {
  return grant.until === null ? [grant] : wordsOf(grant).filter(({ effect }) => effect === 'allow');
}

const identityShape = /^(?:discord|twitch|console|cli|http):[^\s:&@]+$/;

/** What is known of somebody; null when there is no such person. */
async function find(
  { recall, links }: AccessDeps,
  rules: Rules,
  who: string | Identity,
  place: Place | null,
): Promise<Facts | null> {
  if (typeof who !== 'string') {
    const principal = principalOf(who);
    const known = await recall.read(principal, rules.ownerOf);
    return factsOf(rules, principal, { ...known, marks: who.marks ?? known.marks });
  }
  const listed = rules.people.includes(who);
  if (!listed && !identityShape.test(who)) return null;
  const identities = listed ? await identitiesOf({ links }, rules, who) : [who];
  const there = identities.find((identity) => identity.startsWith(`${place?.surface}:`));
  // A person without an identity has the rights of the role, and nowhere to use them.
  const principal = there ?? identities[0] ?? who;
  return factsOf(rules, principal, await recall.read(principal, rules.ownerOf));
}

async function identitiesOf(
  { links }: Pick<AccessDeps, 'links'>,
  rules: Rules,
  person: string,
): Promise<readonly string[]> {
  const linked = [...(await links.all())]
    .filter(([principal, via]) => personOf(rules, principal, { via }) === person)
    .map(([principal]) => principal);
  const own = rules.people.includes(person) ? rules.identitiesOf(person) : [person];
  return [...new Set([...own, ...linked])];
}
