// Whether somebody may pass something on: only what they hold themselves, no longer and no wider than they hold it, and
// never to themselves. Pure.
import { type Facts, holdingsOf, list, rolesOf, type Source, sourceOf, utc } from './gates.ts';
import { type Grant, standing } from './grants.ts';
import { covers, overlap } from './patterns.ts';
import type { Rules } from './rules.ts';

/** What somebody is to have, or to have no more. */
export interface Entitlement {
  /** A person of the policy, or `surface:id`. */
  readonly person: string;
  readonly kind: Grant['kind'];
  /** A pattern of permissions, or a role. */
  readonly name: string;
  /** Ms since the epoch; null: without end. */
  readonly until: number | null;
}

export interface Passing {
  readonly giver: Facts;
  readonly subject: Facts;
  readonly wanted: Entitlement;
}

/** Why it may not be passed on; null when it may. */
export function objectionTo(rules: Rules, { giver, subject, wanted }: Passing): string | null {
  if (giver.person === subject.person) return 'Nobody grants to themselves.';
  const role = wanted.kind === 'role' ? wanted.name : null;
  const patterns = role === null ? [wanted.name] : rules.role(role)?.allow;
  if (patterns === undefined) return `There is no role \`${wanted.name.slice(0, 64)}\`; ${known(rules)}.`;
  // What a platform vouches for is over when it says so, and a grant would outlive it.
  const held = holdingsOf(rules, { ...giver, marks: [] });
  for (const pattern of patterns) {
    const denying = held.denies.find((source) => overlap(source.pattern, pattern));
    if (denying) return `You cannot pass on \`${pattern}\`: ${denying.by} denies you \`${denying.pattern}\`.`;
    const [best] = held.allows
      .filter((source) => covers(source.pattern, pattern) && isWide(source, role))
      .toSorted((a, b) => endOf(b) - endOf(a));
    if (!best) return `You cannot pass on \`${pattern}\`, which you do not hold yourself everywhere.`;
    if (endOf(best) < (wanted.until ?? Number.POSITIVE_INFINITY)) {
      return `You hold \`${pattern}\` yourself only until ${utc(endOf(best))}: grant it for less.`;
    }
  }
  return null;
}

/** Whether somebody has it at this moment. */
export function isHeld(rules: Rules, facts: Facts, { kind, name }: Entitlement): boolean {
  if (kind === 'role') return rolesOf(rules, facts).includes(name);
  return holdingsOf(rules, facts).allows.some(({ pattern }) => overlap(pattern, name));
}

/** Whether the file gives it to a mark, which somebody may have with their next wish. */
export function couldBeVouched(rules: Rules, { kind, name }: Entitlement): boolean {
  if (kind === 'role') return rules.marked.includes(name);
  const allowed = rules.marked.flatMap((role) => rules.role(role)?.allow ?? []);
  return allowed.some((pattern) => overlap(pattern, name));
}

/** More would be a list, and not a sentence; `why` has the rest. */
const mostDenials = 3;

/** What denies it or a part of it, as in: the role `r` denies `x`; null: nothing. Of a role, what others than itself deny. */
export function denialOf(rules: Rules, facts: Facts, { kind, name }: Entitlement): string | null {
  const role = kind === 'role' ? rules.role(name) : null;
  const patterns = role === null ? [name] : (role?.allow ?? []);
  const touches = (other: string) => patterns.some((pattern) => overlap(other, pattern));
  const own = role?.deny ?? [];
  const denied = holdingsOf(rules, facts)
    .denies.filter(({ pattern, by }) => touches(pattern) && !(by === sourceOf(name) && own.includes(pattern)))
    .map(({ pattern, by }) => `${by} denies \`${pattern}\``);
  const elsewhere = rules.places.flatMap(({ permissions, in: places }) => {
    const limited = permissions.filter(touches);
    return limited.length === 0 ? [] : [`the rules allow ${list(limited)} only in ${list(places)}`];
  });
  const narrow = role?.places ? [`it counts only in ${list(role.places)}`] : [];
  const all = [...new Set([...denied, ...narrow, ...elsewhere])];
  const more = all.length > mostDenials ? `; and ${all.length - mostDenials} more` : '';
  return all.length === 0 ? null : `${all.slice(0, mostDenials).join('; ')}${more}`;
}

/** What allows or denies it once it is over, as in: the role `r` allows `x`; null: nothing does, or it has no end. */
export function afterwards(rules: Rules, facts: Facts, { kind, name, until }: Entitlement): string | null {
  if (until === null) return null;
  const grants = facts.grants.flatMap((grant) => standing(grant, until) ?? []);
  const then = { ...facts, grants };
  if (kind === 'role') {
    const word = grants.find((grant) => grant.kind === kind && grant.name === name);
    if (word?.effect === 'allow') return `a grant by ${word.by} gives it`;
    if (word) return `a revocation by ${word.by} takes it`;
    return rolesOf(rules, then).includes(name) ? 'the policy gives it' : null;
  }
  const { allows, denies } = holdingsOf(rules, then);
  const denying = denies.find(({ pattern }) => overlap(pattern, name));
  if (denying) return `${denying.by} denies \`${denying.pattern}\``;
  const allowing = allows.find(({ pattern }) => overlap(pattern, name));
  return allowing ? `${allowing.by} allows \`${allowing.pattern}\`` : null;
}

const passing = ['access.grant:*', 'access.revoke:*'];

/** Which rights to grant or to revoke somebody would lose with it, or a part of them. */
export function lostWith(rules: Rules, facts: Facts, unwanted: Entitlement): readonly string[] {
  const patternsOf = (grants: Facts['grants']) =>
    holdingsOf(rules, { ...facts, grants }).allows.map(({ pattern }) => pattern);
  const { kind, name, until } = unwanted;
  const denial: Grant = { effect: 'deny', kind, name, by: '', at: 0, until };
  const held = patternsOf(facts.grants);
  const left = patternsOf([...facts.grants, denial]);
  const isLost = (pattern: string, right: string) =>
    overlap(pattern, right) && (kind === 'role' ? !left.includes(pattern) : overlap(name, right));
  return passing.filter((right) => held.some((pattern) => isLost(pattern, right)));
}

/** Whether somebody has all of a right, and without end. */
export function hasWhole(rules: Rules, facts: Facts, right: string): boolean {
  const { allows, denies } = holdingsOf(rules, { ...facts, marks: [] });
  if (denies.some(({ pattern }) => overlap(pattern, right))) return false;
  return allows.some(
    ({ pattern, places, until }) => covers(pattern, right) && places === null && until === null,
  );
}

// A role counts in its own places, also when it is passed on as a whole.
function isWide({ places, role }: Source, wanted: string | null): boolean {
  return places === null || (wanted !== null && role === wanted);
}

function endOf({ until }: Pick<Source, 'until'>): number {
  return until ?? Number.POSITIVE_INFINITY;
}

function known(rules: Rules): string {
  return rules.roles.length === 0 ? 'there is none' : `there are ${rules.roles.join(', ')}`;
}
