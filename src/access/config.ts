// The policy file: which roles there are, and who has them. Who may do what follows from it in policy.ts.
import { z } from 'zod';
import { surfaces } from '../contracts/chat.ts';

const identityKey = z
  .string()
  .regex(
    new RegExp(`^(${surfaces.join('|')}):[^\\s:&@]+$`),
    'one of the surfaces, a colon and the platform id, as in discord:80351110224678912',
  );

/** The content of policy.yaml. `permissions` are exact, or end in `*`: `service.restart:*` allows the restart of every service. */
export const policySchema = z.strictObject({
  roles: z.record(z.string(), z.array(z.string().min(1))),
  /** Role of everybody who is no listed person; absent: nothing. */
  everyone: z.string().optional(),
  people: z.record(z.string(), z.strictObject({ role: z.string(), identities: z.array(identityKey) })),
});

const count = (least: number) => z.coerce.number().int().min(least).max(1_000_000);

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
