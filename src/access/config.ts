// The policy file: which roles there are, and who has them. Who may do what follows from it in policy.ts.
import { z } from 'zod';
import { surfaces } from '../contracts/chat.ts';
import { dangerLevels } from './danger.ts';

export { approvalsConfigSchema } from './approvals/config.ts';

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
  /** Permissions, or their beginnings and `*`, to what stands before their use; the strictest counts, a command's own level too. */
  dangers: z.record(z.string(), z.enum(dangerLevels)).optional(),
  people: z.record(z.string(), z.strictObject({ role: z.string(), identities: z.array(identityKey) })),
});
