// The section `brain` of the configuration: how much the swarm remembers.
import { z } from 'zod';

export const brainConfigSchema = z.strictObject({
  /** Learnings at most; the oldest go first. */
  keep: z.number().int().min(10).max(50_000).default(5_000),
  /** Older ones go, days. */
  keepDays: z.number().int().min(1).max(3_650).default(180),
  /** How many go into a hand-over, as quoted data; 0: none. */
  inHandover: z.number().int().min(0).max(10).default(3),
});

export type BrainOptions = z.infer<typeof brainConfigSchema>;
