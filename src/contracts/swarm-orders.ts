// What people order of agents and of the gas between them: the jobs, and the door to whoever does it.
import { z } from 'zod';
import { agentIdSchema, checkpointSchema } from './agents.ts';
import { learningLimit, tagSchema } from './brain.ts';
import { addressSchema } from './chat.ts';

/** Longest text that a person may send to an agent, characters. */
export const messageLimit = 1_500;

const ordered = z.object({
  /** The name of who ordered it, for people. */
  by: z.string().min(1),
  replyTo: addressSchema,
});
const text = z.string().min(1).max(messageLimit);
/** Null is every agent. */
const oneOrAll = agentIdSchema.nullable();
const queue = 'gas';
const soon = { queue, attempts: 10, usefulMs: 3_600_000, timeoutMs: 60_000 } as const;

/** Rows of the job catalogue. */
export const swarmJobs = {
  /** One delivery to each; `to` is null for a broadcast to all agents there are. `answers` is the id of a question of `to`. */
  'agent.message': {
    ...soon,
    body: ordered.extend({ to: oneOrAll, text, answers: z.string().min(1).optional() }),
  },
  /** The next gas of whoever hands over to `agent`, ahead of its checkpoint; `text` stands for the chain's own words. */
  'gas.send': { ...soon, body: ordered.extend({ agent: agentIdSchema, text: text.nullable() }) },
  'gas.pause': { ...soon, body: ordered.extend({ agent: oneOrAll }) },
  'gas.resume': { ...soon, body: ordered.extend({ agent: oneOrAll, held: z.enum(['deliver', 'skip']) }) },
  /**
   * `delivery` alone, for which a person is wanted; absent: all of the checkpoint. `wanted` are those that were asked about, empty
   * where it was the present mission, null where the question is no longer what would be done; absent in jobs of older versions.
   */
  'gas.skip': {
    ...soon,
    body: ordered.extend({
      agent: agentIdSchema,
      checkpoint: checkpointSchema,
      reason: z.string(),
      delivery: z.string().min(1).optional(),
      wanted: z.array(z.string().min(1)).nullable().optional(),
    }),
  },
  /** A learning for the brain, by a person. */
  'brain.note': {
    ...soon,
    body: ordered.extend({
      learning: z.string().min(1).max(learningLimit),
      tags: z.array(tagSchema).max(10),
    }),
  },
  /** Begins the board of the place that the order came from, or ends it. */
  'gas.board': { ...soon, body: ordered.extend({ show: z.boolean() }) },
  'gas.reassign': { ...soon, body: ordered.extend({ delivery: z.string().min(1), to: agentIdSchema }) },
} as const;

export type SwarmJobName = keyof typeof swarmJobs;
export type SwarmJobBody<N extends SwarmJobName> = z.infer<(typeof swarmJobs)[N]['body']>;

/** Whose word it is; `id` is the same however often the job runs, `at` when it was given, ms since the epoch. */
export interface SwarmOrder {
  readonly id: string;
  readonly at: number;
  readonly principal: string;
}

/** `delivering`: each step is told as the delivery takes it. The texts are for people. */
export type SwarmOutcome =
  | { readonly kind: 'delivering' }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Does what people order. Each is safe to call again with the same order: the effect comes once. */
export type SwarmControl = {
  /** @throws SwarmError AGENT_UNKNOWN, QUEUE_UNAVAILABLE, STORE_CONFLICT, RECORD_UNREADABLE, REDIS_* */
  readonly [N in SwarmJobName]: (order: SwarmOrder, body: SwarmJobBody<N>) => Promise<SwarmOutcome>;
};

/** What is still to be seen of an order whose job runs again. */
export interface SwarmTraces {
  /** Whether an earlier run took effect, be it a part of it. @throws SwarmError RECORD_UNREADABLE, REDIS_* */
  began(order: SwarmOrder, body: SwarmJobBody<SwarmJobName>): Promise<boolean>;
}
