// Who may do what: persons with identities, roles with permissions. Default deny; a missing or broken policy denies everything.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Identity } from '../contracts/chat.ts';
import type { Authority } from '../contracts/ports.ts';
import { coreErrors, errorText, SwarmError } from '../core/errors.ts';
import { policySchema } from './config.ts';
import { type Danger, ruledDanger } from './danger.ts';
import type { Gate, Verdict, Wish } from './verdict.ts';

export interface Policy extends Authority {
  /** The person's name, or the identity itself for a stranger; the same person has the same name on every surface. */
  personOf(identity: Identity): Promise<string>;
  /** Every gate between a wish and its effect. Never rejects: what cannot be looked at is closed. */
  decide(wish: Wish): Promise<Verdict>;
  /** What the rules want to stand before the use of a permission; `none` where they want nothing. */
  dangerOf(permission: string): Danger;
  /** Why nobody is allowed anything; null when the policy is sound. */
  readonly broken: string | null;
}

/** `discord:123`: how an identity is written in policies, jobs and logs. */
export function principalOf(identity: Identity): string {
  return `${identity.surface}:${identity.id}`;
}

/** Reads a policy file. Never throws: what cannot be read or understood becomes a policy that denies everything and says why. */
export async function loadPolicy(path: string): Promise<Policy> {
  try {
    return createPolicy(parse(await readFile(path, 'utf8')));
  } catch (thrown) {
    return denyAll(`${path}: ${errorText(thrown)}`);
  }
}

/** A policy that can be read again while it is in force. */
export interface LivePolicy extends Policy {
  /** Takes what the file says now; a broken file changes nothing. Resolves to why, or to null when it was taken. */
  reload(path: string): Promise<string | null>;
}

/** As `loadPolicy`, and it can be read again. */
export async function loadLivePolicy(path: string): Promise<LivePolicy> {
  let policy = await loadPolicy(path);
  return {
    get broken() {
      return policy.broken;
    },
    allows: (principal, permission) => policy.allows(principal, permission),
    decide: (wish) => policy.decide(wish),
    dangerOf: (permission) => policy.dangerOf(permission),
    personOf: (identity) => policy.personOf(identity),
    reload: async (from) => {
      const next = await loadPolicy(from);
      if (next.broken === null || policy.broken !== null) policy = next;
      return next.broken;
    },
  };
}

/** @throws SwarmError CONFIG_INVALID with every problem of the document */
export function createPolicy(document: unknown): Policy {
  const parsed = policySchema.safeParse(document);
  if (!parsed.success) throw new SwarmError(coreErrors.configInvalid, z.prettifyError(parsed.error));
  const { roles, people, everyone, dangers = {} } = parsed.data;
  const owners = Object.entries(people).flatMap(([person, { identities }]) =>
    identities.map((key) => [key, person] as const),
  );
  const problems = [...unknownRoles(parsed.data), ...sharedIdentities(owners)];
  if (problems.length > 0) throw new SwarmError(coreErrors.configInvalid, problems.join('; '));
  const personByIdentity = new Map(owners);
  const permissionsOf = (principal: string): readonly string[] => {
    const person = personByIdentity.get(principal);
    const role = person === undefined ? everyone : people[person]?.role;
    return (role === undefined ? undefined : roles[role]) ?? [];
  };
  const allows = (principal: string, permission: string) =>
    permissionsOf(principal).some((granted) => covers(granted, permission));
  const policyVersion = createHash('sha256').update(JSON.stringify(parsed.data)).digest('hex').slice(0, 12);
  return {
    broken: null,
    allows: (principal, permission) => Promise.resolve(allows(principal, permission)),
    dangerOf: (permission) => ruledDanger(dangers, permission),
    decide: ({ identity, permission }) => {
      const open = allows(principalOf(identity), permission);
      const detail = open
        ? `has the permission \`${permission}\``
        : `it needs the permission \`${permission}\``;
      return Promise.resolve(verdictOf([{ name: 'grant', open, detail }], policyVersion));
    },
    personOf: (identity) =>
      Promise.resolve(personByIdentity.get(principalOf(identity)) ?? principalOf(identity)),
  };
}

function unknownRoles({ roles, people, everyone }: z.infer<typeof policySchema>): string[] {
  const used = [
    ...Object.values(people).map(({ role }) => role),
    ...(everyone === undefined ? [] : [everyone]),
  ];
  const unknown = used.filter((role) => !Object.hasOwn(roles, role));
  if (unknown.length === 0) return [];
  return [`unknown roles: ${unknown.join(', ')}; roles holds ${Object.keys(roles).join(', ')}`];
}

// Whose rights would count must not depend on the order of the file.
function sharedIdentities(owners: readonly (readonly [key: string, person: string])[]): string[] {
  return owners.flatMap(([key, person], index) => {
    const former = owners.slice(0, index).find(([other]) => other === key)?.[1];
    return former === undefined ? [] : [`${key} belongs to ${former} and to ${person}`];
  });
}

function covers(granted: string, permission: string): boolean {
  return granted.endsWith('*') ? permission.startsWith(granted.slice(0, -1)) : granted === permission;
}

/** Puts gates together: one that is closed is enough. */
function verdictOf(gates: readonly Gate[], policyVersion: string): Verdict {
  const blockedBy = gates.find(({ open }) => !open) ?? null;
  return { allowed: blockedBy === null, gates, blockedBy, policyVersion };
}

function denyAll(why: string): Policy {
  const closed = {
    name: 'policy',
    open: false,
    detail: 'the policy cannot be read, so nothing is allowed',
  } as const;
  return {
    broken: why,
    allows: () => Promise.resolve(false),
    dangerOf: () => 'two-persons',
    decide: () => Promise.resolve(verdictOf([closed], 'none')),
    personOf: (identity) => Promise.resolve(principalOf(identity)),
  };
}
