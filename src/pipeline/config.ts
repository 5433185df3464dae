// The pipeline's section of the configuration, and the file of the chain.
import { z } from 'zod';
import { agentIdSchema } from '../contracts/agents.ts';
import { catchUps } from './catch-up.ts';
import { inboxSchema } from './inboxes/config.ts';

export { brainConfigSchema } from './brain/config.ts';
export { stallConfigSchema } from './stall/config.ts';
export { gasConfigSchema } from './words/config.ts';

/** The section `pipeline` of the configuration. Relative paths are taken from the working folder. */
export const pipelineConfigSchema = z.strictObject({
  agents: z
    .array(
      z.strictObject({
        id: agentIdSchema,
        /** Absent: it reports over HTTP, MCP, RabbitMQ or by the CLI. */
        statusFile: z.string().min(1).optional(),
        /** Absent: it hands over and gets nothing, so no chain may lead to it. */
        inbox: inboxSchema.optional(),
        /** Its own git working tree, whose commits are signs of work; absent: they are not looked for. */
        workspace: z.string().min(1).optional(),
        /** File with the id of its process, which is a sign of life; absent: it is not looked for. */
        pidFile: z.string().min(1).optional(),
      }),
    )
    .refine((agents) => new Set(agents.map(({ id }) => id)).size === agents.length, 'each id once')
    .default([]),
  /** A relative one is taken from the package's folder. */
  chainFile: z.string().min(1).default('config/chain.yaml'),
  /** Gas that is not acknowledged within this counts as expired, ms; default a day. */
  ackTimeoutMs: z.number().int().positive().default(86_400_000),
  /** How often gas is laid down before its receiver counts as one that does not answer; default 3. */
  ackTries: z.number().int().min(1).max(20).default(3),
  /** Between the first try and the second, ms; each pause is twice the one before. Default 5 minutes. */
  ackRetryMs: z.number().int().positive().default(300_000),
  /** An agent that has written nothing for so long is passed over where another stands in for it, ms; default a day. */
  silentAfterMs: z.number().int().positive().default(86_400_000),
  /** An agent with so many open deliveries is passed over where another stands in for it; default 10. */
  maxOpen: z.number().int().positive().default(10),
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
    timezone: z
      .string()
      .refine(isTimezone, 'write a time zone such as Europe/Vienna, or leave it out for UTC')
      .default('UTC'),
    catchUp: z.enum(catchUps).default('skip'),
    to: agent,
    text: z.string().trim().min(1, 'write what the agent shall do'),
  });
  const several = z.array(agent).superRefine(unique((id) => id, 'stands here twice; keep one'));
  const link = z.strictObject({
    next: z
      .union([agent.transform((one) => [one]), several], { error: 'an agent, or a list of agents' })
      .optional(),
    join: z.enum(['all', 'any']).optional(),
    fallback: z.union([agent.transform((one) => [one]), several]).optional(),
    end: z.enum(ends).optional(),
    policy: z
      .union([policy, z.strictObject({ '90': policy.optional(), '100': policy.optional() })])
      .optional(),
  });
  return z.strictObject({
    chain: z
      .array(agent)
      .superRefine(unique((id) => id, 'stands in the chain twice; keep one'))
      .default([]),
    end: z.enum(ends).default('stop'),
    policy: policy.default('always'),
    agents: z.record(agent, link).default({}),
    missions: z
      .array(z.union([missionText, z.strictObject({ file: z.string().min(1) })]))
      .max(1_000)
      .default([]),
    schedules: z
      .array(schedule)
      .superRefine(unique(({ name }) => name, 'names two schedules; rename one'))
      .default([]),
  });
}

/** Longest text of a mission, characters. */
export const missionLimit = 20_000;

const ends = ['loop', 'stop', 'next-mission'] as const;
const policy = z.enum(['always', 'until-acknowledged']);
const missionText = z.string().trim().min(1, 'write what the mission is').max(missionLimit);

/** The form of chain.yaml alone, for editors. */
export const chainFileSchema = makeChainSchema({ agent: agentIdSchema, cron: z.string() });

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

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
