// The policy file: which roles there are, who has them, and where and on what footing they count. Who may do what
// follows from it in rules.ts.
import { z } from 'zod';
import { surfaces } from '../contracts/chat.ts';
import { patternSchema } from './patterns.ts';

/** How a role of a platform is mistaken for somebody's identity: as Discord writes it, or as `marks` does. */
const roleShape = /^(?:discord:)?(?:<@&|&)|^(?:discord-)?role:|^(?:twitch-)?badge:/;
import { dangerLevels } from './danger.ts';

export { approvalsConfigSchema } from './approvals/config.ts';

const identityKey = z
  .string()
  .regex(new RegExp(`^(${surfaces.join('|')}):[^\\s:&@]+$`), { error: ({ input }) => identityMend(input) });

const markKey = z
  .string()
  .regex(
    /^(?:discord-role:\d+|twitch-badge:[a-z0-9_-]+)$/,
    'a role or a badge, as in discord-role:80351110224678912 or twitch-badge:moderator; a person is written under people',
  );

const placeKey = z
  .string()
  .regex(
    new RegExp(
      `^(?:${surfaces.join('|')}|discord-channel:\\d+|discord-server:\\d+|twitch-channel:[a-z0-9_]+)$`,
    ),
    `one of ${surfaces.join(', ')}, or discord-channel:ID, discord-server:ID, twitch-channel:NAME`,
  );

// zod says of a key only that it is invalid; its schema says why.
const keyMend: z.core.$ZodRecordParams = {
  error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined),
};

const patterns = z.array(patternSchema);
const roleNames = z.union([z.string(), z.array(z.string())]);

const roleSchema = z.union([
  patterns,
  z.strictObject({
    allow: patterns.default([]),
    /** Wins over whatever else allows it. */
    deny: patterns.default([]),
    /** Where what it allows counts; absent: everywhere. What it denies is denied everywhere. */
    places: z.array(placeKey).min(1).optional(),
  }),
]);

const personSchema = z.strictObject({
  role: z.string().optional(),
  roles: z.array(z.string()).optional(),
  identities: z.array(identityKey),
});

/**
 * The content of policy.yaml. Permissions are exact, or end in `*`: `service.restart:*` allows the restart of every
 * service.
 */
export const policySchema = z.strictObject({
  roles: z.record(z.string(), roleSchema),
  /** Role of everybody who is no listed person; absent: nothing. */
  everyone: z.string().optional(),
  people: z.record(z.string().regex(/^[^:]+$/, 'a name without a colon'), personSchema, keyMend),
  /** Permissions, or their beginnings and `*`, to what stands before their use; the strictest counts, a command's own level too. */
  dangers: z.record(patternSchema, z.enum(dangerLevels), keyMend).optional(),
  /** Roles of whoever has a role of Discord or a badge of Twitch at that moment. */
  marks: z.record(markKey, roleNames, keyMend).optional(),
  /** Permissions that count nowhere else. */
  places: z.array(z.strictObject({ permissions: patterns.min(1), in: z.array(placeKey).min(1) })).optional(),
  /** What Twitch must vouch for besides: one of the badges, and that the viewer is a person of ours. */
  twitch: z
    .array(
      z.strictObject({
        permissions: patterns.min(1),
        badges: z
          .array(z.string().regex(/^[a-z0-9_-]+$/))
          .min(1)
          .optional(),
        linked: z.boolean().default(false),
      }),
    )
    .optional(),
});

export type PolicyDocument = z.infer<typeof policySchema>;

function identityMend(given: unknown): string {
  const text = typeof given === 'string' ? given : '';
  if (roleShape.test(text)) {
    const id = /\d+/.exec(text)?.[0];
    const mark = text.includes('badge:') ? 'twitch-badge:moderator' : `discord-role:${id ?? 'ID'}`;
    return `${text} is what many have, not a person's identity; write it under marks, as in '${mark}': operator`;
  }
  return 'one of the surfaces, a colon and the platform id, as in discord:80351110224678912';
}

/** What no schema of one value can see. */
export function problemsOf(document: PolicyDocument): string[] {
  const owners = Object.entries(document.people).flatMap(([person, { identities }]) =>
    identities.map((key) => [key, person] as const),
  );
  return [...unknownRoles(document), ...sharedIdentities(owners), ...rolesAsPeople(document, owners)];
}

/** Those a person or a mark is given. */
export function namesOf(roles: string | readonly string[] | undefined): readonly string[] {
  if (roles === undefined) return [];
  return typeof roles === 'string' ? [roles] : roles;
}

function unknownRoles({ roles, people, marks = {}, everyone }: PolicyDocument): string[] {
  const used = [
    ...Object.values(people).flatMap((person) => [...namesOf(person.role), ...namesOf(person.roles)]),
    ...Object.values(marks).flatMap(namesOf),
    ...namesOf(everyone),
  ];
  const unknown = used.filter((role) => !Object.hasOwn(roles, role));
  if (unknown.length === 0) return [];
  return [`unknown roles: ${unknown.join(', ')}; roles holds ${Object.keys(roles).join(', ')}`];
}

type Owner = readonly [key: string, person: string];

// Whose rights would count must not depend on the order of the file.
function sharedIdentities(owners: readonly Owner[]): string[] {
  return owners.flatMap(([key, person], index) => {
    const former = owners.slice(0, index).find(([other]) => other === key)?.[1];
    return former === undefined ? [] : [`${key} belongs to ${former} and to ${person}`];
  });
}

// Ids of roles, servers and people look alike at Discord; one that stands in two places is mistaken in one of them.
function rolesAsPeople(
  { marks = {}, places = [], roles }: PolicyDocument,
  owners: readonly Owner[],
): string[] {
  const ofRoles = Object.values(roles).flatMap((role) => ('places' in role ? (role.places ?? []) : []));
  const others = [...Object.keys(marks), ...places.flatMap((rule) => rule.in), ...ofRoles];
  return owners.flatMap(([key, person]) => {
    const id = key.replace(/^discord:/, ':');
    const clash = others.find((other) => other.startsWith('discord-') && other.endsWith(id));
    return clash === undefined
      ? []
      : [`${key} of ${person} is ${clash}, which is nobody's identity; take it out of people`];
  });
}
const count = (least: number) => z.number().int().min(least).max(1_000_000);
/** How much one identity may ask, and how soon again. `program…` is for the console, the CLI and HTTP, where programs ask too. */
export const limitsConfigSchema = z.strictObject({
  /** Commands of one identity under way at once, in each process. */
  pending: count(1).default(10),
  /** Commands of one identity in a row. */
  burst: count(1).default(20),
  /** And after that. */
  perMinute: count(1).default(60),
  programPending: count(1).default(100),
  programBurst: count(1).default(500),
  programPerMinute: count(1).default(6_000),
  /** From one use of an action until the same person may use it again, wherever and on whatever surface, ms; 0: no pause. */
  personCooldownMs: count(0).default(0),
  /** The same for everybody in the same place; an action's own pause counts where it is longer. */
  placeCooldownMs: count(0).default(0),
  /** The same for everybody everywhere. */
  globalCooldownMs: count(0).default(0),
});
/** How much may be asked. */
export type LimitsConfig = z.infer<typeof limitsConfigSchema>;
