// What the policy file says, made quick to ask: who owns an identity, what a role allows. Pure; what was granted or linked
// by command is not in it.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Identity, Mark, Surface } from '../contracts/chat.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Danger } from './danger.ts';
import { namesOf, type PolicyDocument, policySchema, problemsOf } from './config.ts';
import type { Principal } from './verdict.ts';

export interface RoleRules {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Where what it allows counts; null: everywhere. */
  readonly places: readonly string[] | null;
}

export interface PlaceRule {
  readonly permissions: readonly string[];
  readonly in: readonly string[];
}

export interface TwitchRule {
  readonly permissions: readonly string[];
  readonly badges?: readonly string[] | undefined;
  readonly linked: boolean;
}

export interface Rules {
  /** What they were made of, as it was understood. */
  readonly document: PolicyDocument;
  /** Of the file's content. */
  readonly version: string;
  /** Permissions, or beginnings of them, to what stands before their use. */
  readonly dangers: Readonly<Record<string, Danger>>;
  readonly people: readonly string[];
  readonly roles: readonly string[];
  /** Whose identity it is by the file; null: nobody's. */
  ownerOf(principal: string): string | null;
  identitiesOf(person: string): readonly string[];
  /** Of a listed person, or of everybody else. */
  rolesOf(person: string): readonly string[];
  /** Those that some mark gives. */
  readonly marked: readonly string[];
  rolesOfMark(surface: Surface, mark: Mark): readonly string[];
  /** Null when there is no such role. */
  role(name: string): RoleRules | null;
  readonly places: readonly PlaceRule[];
  readonly twitch: readonly TwitchRule[];
  /** Whether no role that anybody has allows anything. */
  readonly allowsNobody: boolean;
  /** Whether a rule asks for what a platform vouches for. */
  readonly usesMarks: boolean;
}

/** `discord:123`: how an identity is written in policies, jobs and logs. */
export function principalOf({ surface, id }: Pick<Identity, 'surface' | 'id'>): Principal {
  return `${surface}:${id}`;
}

/** @throws SwarmError CONFIG_INVALID with every problem of the document */
export function compileRules(document: unknown): Rules {
  const parsed = policySchema.safeParse(document);
  if (!parsed.success) throw new SwarmError(coreErrors.configInvalid, z.prettifyError(parsed.error));
  const problems = problemsOf(parsed.data);
  if (problems.length > 0) throw new SwarmError(coreErrors.configInvalid, problems.join('; '));
  return rulesOf(parsed.data);
}

function rulesOf(document: PolicyDocument): Rules {
  const { people, everyone, marks = {}, places = [], twitch = [], dangers = {} } = document;
  const listed = new Map(Object.entries(people));
  const roles = new Map(Object.entries(document.roles).map(([name, role]) => [name, toRole(role)]));
  const owners = new Map(
    [...listed].flatMap(([person, { identities }]) => identities.map((key) => [key, person] as const)),
  );
  const given = [
    ...namesOf(everyone),
    ...[...listed.values()].flatMap((person) => [...namesOf(person.role), ...namesOf(person.roles)]),
    ...Object.values(marks).flatMap(namesOf),
  ];
  const ofMarks = new Map(Object.entries(marks));
  return {
    document,
    version: createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 12),
    dangers,
    people: [...listed.keys()],
    roles: [...roles.keys()],
    ownerOf: (principal) => owners.get(principal) ?? null,
    identitiesOf: (person) => listed.get(person)?.identities ?? [],
    rolesOf: (person) => {
      const found = listed.get(person);
      if (!found) return namesOf(everyone);
      return [...new Set([...namesOf(found.role), ...namesOf(found.roles)])];
    },
    marked: Object.values(marks).flatMap(namesOf),
    rolesOfMark: (surface, mark) => namesOf(ofMarks.get(`${surface}-${mark}`)),
    role: (name) => roles.get(name) ?? null,
    places,
    twitch,
    allowsNobody: !given.some((name) => (roles.get(name)?.allow.length ?? 0) > 0),
    usesMarks: ofMarks.size > 0 || twitch.some(({ badges }) => badges !== undefined),
  };
}

function toRole(role: PolicyDocument['roles'][string]): RoleRules {
  if (Array.isArray(role)) return { allow: role, deny: [], places: null };
  return { allow: role.allow, deny: role.deny, places: role.places ?? null };
}
