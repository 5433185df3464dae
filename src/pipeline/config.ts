// The pipeline's section of the configuration, and the file of the chain.
import { z } from 'zod';
import { agentIdSchema } from '../contracts/agents.ts';

export { brainConfigSchema } from './brain/config.ts';
export { stallConfigSchema } from './stall/config.ts';
export { gasConfigSchema } from './words/config.ts';

/** The section `pipeline` of the configuration. Relative paths are taken from the working folder. */
export const pipelineConfigSchema = z.strictObject({
  agents: z
    .array(
      z.strictObject({
        id: agentIdSchema,
        statusFile: z.string().min(1),
        inbox: z.string().min(1),
        /** Its own git working tree, whose commits are signs of work; absent: they are not looked for. */
        workspace: z.string().min(1).optional(),
        /** File with the id of its process, which is a sign of life; absent: it is not looked for. */
        pidFile: z.string().min(1).optional(),
      }),
    )
    .refine((agents) => new Set(agents.map(({ id }) => id)).size === agents.length, 'each id once')
    .default([]),
  chainFile: z.string().min(1).default('config/chain.yaml'),
  /** Gas that is not acknowledged within this counts as expired, ms; default a day. */
  ackTimeoutMs: z.number().int().positive().default(86_400_000),
});

/** What may stand for an agent and for a cron expression; whoever knows the agents asks for more than the form. */
export interface ChainWords {
  readonly agent: z.ZodType<string>;
  readonly cron: z.ZodType<string>;
}

/** The content of chain.yaml. */
export function makeChainSchema({ agent, cron }: ChainWords) {
  const schedule = z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _'),
    cron,
    to: agent,
    text: z.string().trim().min(1, 'write what the agent shall do'),
  });
  return z.strictObject({
    chain: z
      .array(agent)
      .superRefine(unique((id) => id, 'stands in the chain twice; keep one'))
      .default([]),
    end: z.enum(['loop', 'stop']).default('stop'),
    schedules: z
      .array(schedule)
      .superRefine(unique(({ name }) => name, 'names two schedules; rename one'))
      .default([]),
  });
}

/** The form of chain.yaml alone, for editors. */
export const chainFileSchema = makeChainSchema({ agent: agentIdSchema, cron: z.string() });

function unique<T>(nameOf: (item: T) => string, complaint: string) {
  return (items: readonly T[], context: z.RefinementCtx): void => {
    const names = items.map(nameOf);
    names.forEach((name, at) => {
      if (names.indexOf(name) < at) {
        context.addIssue({ code: 'custom', path: [at], message: `"${name}" ${complaint}` });
      }
    });
  };
}
