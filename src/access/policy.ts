// Who may do what: the policy file, together with what was granted, revoked and linked by command. Default deny; a policy
// that is missing or broken at the start denies everything, and records that cannot be read let nobody do more than ask.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type Identity, surfaceSchema } from '../contracts/chat.ts';
import type { Authority } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import { redisFault } from '../core/redis-faults.ts';
import { type Danger, ruledDanger } from './danger.ts';
import { type Facts, gatesOf } from './gates.ts';
import { nothingRecorded, type Recall, type Recorded } from './recall.ts';
import { compileRules, principalOf, type Rules } from './rules.ts';
import type { Gate, Reading, Verdict, Wish } from './verdict.ts';

export interface Policy extends Authority {
  /**
   * The person's name, or the identity itself for a stranger; the same person has the same name on every surface.
   * @throws SwarmError when it cannot be read whose identity it is
   */
  personOf(identity: Identity): Promise<string>;
  /** Begins to read what `decide` needs, where it is known who will wish and not yet what; good for that one wish. Never throws. */
  read(identity: Identity): Reading;
  /** Every gate between a wish and its effect. Never rejects: what cannot be looked at is closed. */
  decide(wish: Wish): Promise<Verdict>;
  /** What the rules want to stand before the use of a permission; `none` where they want nothing. */
  dangerOf(permission: string): Danger;
  /** Why nobody is allowed anything; null when the policy is sound. */
  readonly broken: string | null;
}

/** A policy whose rules can be looked into. */
export interface RuledPolicy extends Policy {
  /** Null while it is broken. */
  readonly rules: Rules | null;
}

/** Reads a policy file. Never throws: what cannot be read or understood becomes a policy that denies everything and says why. */
export async function loadPolicy(path: string, recall: Recall = nothingRecorded): Promise<RuledPolicy> {
  try {
    return createPolicy(parse(await readFile(path, 'utf8')), recall);
  } catch (thrown) {
    return denyAll(`${path}: ${errorText(thrown)}`);
  }
}

/** A file that was refused while the rules of before it are in force. */
export interface Refusal {
  readonly why: string;
  /** Ms since the epoch. */
  readonly since: number;
}

/** A policy that can be read again while it is in force. */
export interface LivePolicy extends RuledPolicy {
  /** Null while the rules in force are those of the file. */
  readonly refused: Refusal | null;
  /**
   * Takes what the file says now; a broken file changes nothing. Resolves to why, or to null when it was taken.
   * @param before is awaited before other rules come into force; `old` is null where there were none
   */
  reload(path: string, before?: (old: Rules | null, next: Rules) => Promise<void>): Promise<string | null>;
}

/** As `loadPolicy`, and it can be read again. */
export async function loadLivePolicy(
  path: string,
  { recall, clock }: { readonly recall?: Recall; readonly clock: Clock },
): Promise<LivePolicy> {
  let policy = await loadPolicy(path, recall);
  let refused: Refusal | null = null;
  return {
    get refused() {
      return refused;
    },
    get broken() {
      return policy.broken;
    },
    get rules() {
      return policy.rules;
    },
    allows: (principal, permission) => policy.allows(principal, permission),
    read: (identity) => policy.read(identity),
    decide: (wish) => policy.decide(wish),
    dangerOf: (permission) => policy.dangerOf(permission),
    personOf: (identity) => policy.personOf(identity),
    reload: async (from, before) => {
      const next = await loadPolicy(from, recall);
      const why = next.broken;
      const old = policy.rules;
      if (next.rules !== null && next.rules.version !== old?.version) await before?.(old, next.rules);
      if (why === null || policy.broken !== null) {
        policy = next;
        refused = null;
      } else refused = { why, since: refused?.since ?? clock.now() };
      return why;
    },
  };
}

/** The permission of whoever only looks. It alone is answered from memory while Redis is away. */
const looking = 'ask';

/** @param recall default: nothing but the document counts @throws SwarmError CONFIG_INVALID with every problem of the document */
export function createPolicy(document: unknown, recall: Recall = nothingRecorded): RuledPolicy {
  const rules = compileRules(document);
  const recorded = (principal: string, permission: string) =>
    permission === looking
      ? recall.readSoon(principal, rules.ownerOf)
      : recall.read(principal, rules.ownerOf);
  return {
    rules,
    broken: null,
    dangerOf: (permission) => ruledDanger(rules.dangers, permission),
    personOf: async (identity) => {
      const principal = principalOf(identity);
      const owner = rules.ownerOf(principal);
      if (owner !== null) return owner;
      const known = await recall.read(principal, rules.ownerOf).catch(rejectAsFault);
      return personOf(rules, principal, known);
    },
    read: (identity) => {
      const principal = principalOf(identity);
      const recorded = recall.read(principal, rules.ownerOf);
      recorded.catch(() => undefined);
      return { principal, version: rules.version, recorded };
    },
    decide: async ({ identity, permission, place, reading }) => {
      const principal = principalOf(identity);
      const isRead =
        permission !== looking && reading?.principal === principal && reading.version === rules.version;
      const { marks } = identity;
      const keeps = marks !== undefined && rules.usesMarks && permission !== looking;
      try {
        // Later, when nobody is there for whom the platform could vouch, its word of now counts.
        const vouched = keeps ? recall.vouch(principal, marks) : undefined;
        const reads = isRead ? reading.recorded : recorded(principal, permission);
        const [known] = await Promise.all([reads, vouched]);
        const facts = factsOf(rules, principal, { ...known, marks: marks ?? known.marks });
        return verdictOf(gatesOf(rules, facts, permission, place), versionOf(rules, known));
      } catch (thrown) {
        const detail = 'links and grants cannot be read, so nothing is allowed';
        const gates = [{ name: 'policy', open: false, detail }] as const;
        return { ...verdictOf(gates, rules.version), fault: redisFault(thrown) };
      }
    },
    allows: async (principal, permission) => {
      const known = await recorded(principal, permission).catch(rejectAsFault);
      const facts = factsOf(rules, principal, known);
      return verdictOf(gatesOf(rules, facts, permission, null), rules.version).allowed;
    },
  };
}

/** Who an identity is, by the file or through the one that it is linked to. */
export function personOf(rules: Rules, principal: string, { via }: Pick<Recorded, 'via'>): string {
  const root = rules.ownerOf(principal) === null ? (via ?? principal) : principal;
  return rules.ownerOf(root) ?? root;
}

/** What the decision is made of. */
export function factsOf(rules: Rules, principal: string, recorded: Recorded): Facts {
  const surface = surfaceSchema.safeParse(principal.split(':', 1)[0]);
  return {
    principal,
    surface: surface.success ? surface.data : null,
    person: personOf(rules, principal, recorded),
    linked: recorded.via !== null || rules.ownerOf(principal) !== null,
    via: recorded.via,
    marks: recorded.marks,
    grants: recorded.grants,
  };
}

/** Of the file and of what was granted and linked. */
export function versionOf(rules: Rules, { via, grants }: Pick<Recorded, 'via' | 'grants'>): string {
  if (via === null && grants.length === 0) return rules.version;
  const live = createHash('sha256')
    .update(JSON.stringify([via, grants]))
    .digest('hex');
  return `${rules.version}+${live.slice(0, 8)}`;
}

/** Puts gates together: one that is closed is enough. */
export function verdictOf(gates: readonly Gate[], policyVersion: string): Verdict {
  const blockedBy = gates.find(({ open }) => !open) ?? null;
  return { allowed: blockedBy === null, gates, blockedBy, policyVersion };
}

function rejectAsFault(thrown: unknown): never {
  throw redisFault(thrown);
}

function denyAll(why: string): RuledPolicy {
  const closed = {
    name: 'policy',
    open: false,
    detail: 'the policy cannot be read, so nothing is allowed',
  } as const;
  return {
    rules: null,
    broken: why,
    allows: () => Promise.resolve(false),
    dangerOf: () => 'two-persons',
    read: (identity) => ({
      principal: principalOf(identity),
      version: 'none',
      recorded: Promise.resolve({ via: null, grants: [], marks: [] }),
    }),
    decide: () => Promise.resolve(verdictOf([closed], 'none')),
    personOf: (identity) => Promise.resolve(principalOf(identity)),
  };
}
