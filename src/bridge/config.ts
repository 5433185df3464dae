// The bridge's section of the configuration.
import { z } from 'zod';
import { hubProfiles } from '../contracts/bus.ts';
import { balanceStrategies } from '../core/balancer.ts';

/** Section `bridge`; every key has a default. */
export const bridgeConfigSchema = z.strictObject({
  /** Which of the two hubs in the wild answers restarts. */
  profile: z.enum(hubProfiles).default('topic-v1'),
  /** How long a restart may take before it is called `unknown`, ms. */
  restartDeadlineMs: z.number().int().positive().default(45_000),
  /** Which of several instances of a service gets an order; `sticky`: always the same for the same person. */
  balance: z.enum(balanceStrategies).default('least-pending'),
});
