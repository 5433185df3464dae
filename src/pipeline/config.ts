// The pipeline's section of the configuration.
import { z } from 'zod';
import { agentIdSchema } from '../contracts/agents.ts';

/** The section `pipeline` of the configuration. Relative paths are taken from the working folder. */
export const pipelineConfigSchema = z.strictObject({
  agents: z
    .array(z.strictObject({ id: agentIdSchema, statusFile: z.string().min(1), inbox: z.string().min(1) }))
    .refine((agents) => new Set(agents.map(({ id }) => id)).size === agents.length, 'two agents have one id')
    .default([]),
  chainFile: z.string().min(1).default('config/chain.yaml'),
  /** Gas that is not acknowledged within this counts as expired, ms; default a day. */
  ackTimeoutMs: z.number().int().positive().default(86_400_000),
});
