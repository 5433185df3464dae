// The decision: from rules, records and a wish to every gate and whether it is open. Pure: no store, no clock.
import type { Mark, Place, Surface } from '../contracts/chat.ts';
import { type Grant, holdsUntil } from './grants.ts';
import { covers, overlap } from './patterns.ts';
import type { Rules } from './rules.ts';
import type { Gate, GateName } from './verdict.ts';

/** What is known of who wishes. */
export interface Facts {
  readonly principal: string;
  /** Null for a principal of no surface that there is. */
  readonly surface: Surface | null;
  readonly person: string;
  /** Whether the identity is known to belong to a person, by the file or by a link. */
  readonly linked: boolean;
  /** The identity through which it is linked; null: it is not. */
  readonly via: string | null;
  readonly marks: readonly Mark[];
  /** Those that hold now, also those that deny. */
  readonly grants: readonly Grant[];
}

/** One rule that speaks about permissions. */
export interface Source {
  readonly pattern: string;
  /** Which rule it is, for people: `the role viewer`. */
  readonly by: string;
  /** The role that it comes from; null: none. */
  readonly role: string | null;
  /** Where it counts; null: everywhere. */
  readonly places: readonly string[] | null;
  /** Ms since the epoch; null: without end. */
  readonly until: number | null;
}

export interface Holdings {
  readonly allows: readonly Source[];
  readonly denies: readonly Source[];
}

/** The roles that somebody has at this moment. What a struck role denies stays denied, so it is only taken out of `allows`. */
export function rolesOf(rules: Rules, { surface, person, marks, grants }: Facts): readonly string[] {
  const struck = namesOf(grants, 'deny');
  const given = [
    ...rules.rolesOf(person),
    ...ofMarks(rules, { surface, marks }),
    ...namesOf(grants, 'allow'),
  ];
  return [...new Set(given)].filter((role) => !struck.includes(role));
}

function ofMarks(rules: Rules, { surface, marks }: Pick<Facts, 'surface' | 'marks'>): string[] {
  return surface === null ? [] : marks.flatMap((mark) => rules.rolesOfMark(surface, mark));
}

function namesOf(grants: readonly Grant[], effect: Grant['effect']): string[] {
  return grants.filter((one) => one.kind === 'role' && one.effect === effect).map(({ name }) => name);
}

/** Everything that allows or denies something. */
export function holdingsOf(rules: Rules, facts: Facts): Holdings {
  const roles = rolesOf(rules, facts);
  const denying = [...roles, ...namesOf(facts.grants, 'deny')];
  const direct = facts.grants.filter(({ kind }) => kind === 'permission');
  return {
    allows: [
      ...roles.flatMap((name) => ofRole(rules, name, endOf(rules, facts, name))),
      ...direct.filter(({ effect }) => effect === 'allow').map(ofGrant),
    ],
    denies: [
      ...denying.flatMap((name) =>
        (rules.role(name)?.deny ?? []).map((pattern) => source(pattern, sourceOf(name))),
      ),
      ...direct.filter(({ effect }) => effect === 'deny').map(ofGrant),
    ],
  };
}

/**
 * Every gate, in order. `place` is null where none is known: then it was looked at when it was asked. A permission that
 * ends in `*` reaches everything that begins so: what allows must cover all of it, what closes need only touch a part.
 */
export function gatesOf(
  rules: Rules,
  facts: Facts,
  permission: string,
  place: Place | null,
): readonly [Gate, ...Gate[]] {
  const { allows, denies } = holdingsOf(rules, facts);
  const allowing = allows.filter(({ pattern }) => covers(pattern, permission));
  return [
    gate('policy', true, `the policy ${rules.version} is in force`),
    denyGate(denies.find(({ pattern }) => overlap(pattern, permission))),
    grantGate(allowing, permission),
    placeGate(rules, allowing, permission, place),
    platformGate(rules, facts, permission),
  ];
}

/** How a place may be written in the policy. */
export function placeKeys({ surface, id, server }: Place): readonly string[] {
  return [
    surface,
    `${surface}-channel:${id.replace(/^#/, '')}`,
    ...(server === undefined ? [] : [`${surface}-server:${server}`]),
  ];
}

function denyGate(denying: Source | undefined): Gate {
  if (denying === undefined) return gate('deny', true, 'nothing denies it');
  return gate('deny', false, `${denying.by} denies \`${denying.pattern}\``);
}

function grantGate([first]: readonly Source[], permission: string): Gate {
  if (first === undefined) return gate('grant', false, `it needs the permission \`${permission}\``);
  return gate('grant', true, `${first.by} allows \`${first.pattern}\``);
}

function placeGate(rules: Rules, allowing: readonly Source[], permission: string, place: Place | null): Gate {
  const general = rules.places.filter((rule) => rule.permissions.some((one) => overlap(one, permission)));
  const everywhere = allowing.length === 0 || allowing.some(({ places }) => places === null);
  if (everywhere && general.length === 0) return gate('place', true, 'it counts everywhere');
  if (place === null) return gate('place', true, 'no place is known; it was looked at when it was asked');
  const keys = placeKeys(place);
  const here = (places: readonly string[]) => places.some((one) => keys.includes(one));
  const shut = general.find((rule) => !here(rule.in));
  const said = `this is \`${keys[1]}\``;
  if (shut) return gate('place', false, `it is allowed only in ${list(shut.in)}, and ${said}`);
  const [narrow] = allowing;
  if (!everywhere && narrow && !allowing.some(({ places }) => here(places ?? []))) {
    return gate('place', false, `${narrow.by} counts only in ${list(narrow.places ?? [])}, and ${said}`);
  }
  return gate('place', true, `it counts here: ${said}`);
}

function platformGate(rules: Rules, { surface, linked, marks }: Facts, permission: string): Gate {
  const asking =
    surface === 'twitch'
      ? rules.twitch.filter((rule) => rule.permissions.some((one) => overlap(one, permission)))
      : [];
  const missing = asking.flatMap(({ badges, linked: mustBeLinked }) => [
    ...(badges === undefined || badges.some((badge) => marks.includes(`badge:${badge}`))
      ? []
      : [`one of the badges ${list(badges)}`]),
    ...(mustBeLinked && !linked ? ['an identity that is linked to a person'] : []),
  ]);
  if (missing.length > 0) return gate('platform', false, `on Twitch it needs ${missing.join(' and ')}`);
  return gate('platform', true, asking.length === 0 ? 'no platform asks for more' : 'Twitch vouches for it');
}

function endOf(rules: Rules, { surface, person, marks, grants }: Facts, name: string): number | null {
  const lasting = [...rules.rolesOf(person), ...ofMarks(rules, { surface, marks })];
  if (lasting.includes(name)) return null;
  const given = grants.find((one) => one.kind === 'role' && one.name === name);
  return given === undefined ? null : holdsUntil(given);
}

function ofRole(rules: Rules, name: string, until: number | null): Source[] {
  const role = rules.role(name);
  return (role?.allow ?? []).map((pattern) => ({
    ...source(pattern, sourceOf(name)),
    role: name,
    places: role?.places ?? null,
    until,
  }));
}

function ofGrant(grant: Grant): Source {
  const { name, effect, by, until } = grant;
  const what = effect === 'allow' ? 'a grant' : 'a revocation';
  return {
    ...source(name, `${what} by ${by}${until === null ? '' : ` until ${utc(until)}`}`),
    until: holdsUntil(grant),
  };
}

function source(pattern: string, by: string): Source {
  return { pattern, by, role: null, places: null, until: null };
}

/** How a role is named as the source of a rule. */
export function sourceOf(role: string): string {
  return `the role \`${role}\``;
}

function gate(name: GateName, open: boolean, detail: string): Gate {
  return { name, open, detail };
}

/** As people read them: `a`, `b`. */
export function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** `2026-11-26 14:05 UTC`. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
