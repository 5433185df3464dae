// What one process of Swarmline says of itself, for `status` and the probes.
import { z } from 'zod';

const linkStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['off', 'connecting', 'up', 'down']),
  detail: z.string(),
  since: z.number(),
  lastProofAt: z.number().nullable(),
  hard: z.boolean(),
});

/** `at` is when the process wrote this, ms since the epoch: the age of everything in it. */
export const processViewSchema = z.object({
  instance: z.string(),
  pid: z.number().int(),
  roles: z.array(z.string()),
  startedAt: z.number(),
  at: z.number(),
  links: z.array(linkStatusSchema),
});
export type ProcessView = z.infer<typeof processViewSchema>;
