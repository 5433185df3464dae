// Words of the chain board: how far each agent of the swarm is, in few enough numbers that a surface can draw them itself.
import { z } from 'zod';
import { agentIdSchema, checkpointSchema, runStates } from './agents.ts';
import { signSources } from './watch.ts';

/** Agents on one board; the rest is counted. */
export const boardAgentsLimit = 60;
/** So many alerts; where there are more the last says how many. */
export const boardAlertsLimit = 5;
/** Points of one agent's course. */
export const seriesLimit = 24;

const percentSchema = z.number().int().min(0).max(100);

/** One percent of a course: how long before the board was made, s, and how far it was from then on. */
export const coursePointSchema = z.tuple([z.number().int().nonnegative(), percentSchema]);
export type CoursePoint = z.infer<typeof coursePointSchema>;

/** One agent. Times in ms since the epoch. */
export const boardAgentSchema = z.object({
  agent: agentIdSchema,
  /** `unknown` also of one that was at work and is silent: nobody can tell what it does now. */
  state: z.enum([...runStates, 'unknown']),
  tone: z.enum(['ok', 'info', 'warn', 'bad']),
  /** Null is unknown, which is not 0. */
  percent: percentSchema.nullable(),
  nextCheckpoint: checkpointSchema.nullable(),
  /** The newest evidence of it; null when there was never any. */
  sign: z.object({ source: z.enum(signSources), at: z.number(), word: z.string().optional() }).nullable(),
  /** To whom it hands over. */
  handsTo: z.array(agentIdSchema),
  /** In whose place it works now; absent: its own. */
  inPlaceOf: z.array(agentIdSchema).optional(),
  /** Gas for it that it has not acknowledged. */
  open: z.number().int().nonnegative(),
  /** Oldest first. */
  course: z.array(coursePointSchema).max(seriesLimit),
});
export type BoardAgent = z.infer<typeof boardAgentSchema>;

/** The swarm at one moment. */
export const boardSchema = z.object({
  /** When it was read, ms since the epoch. */
  at: z.number(),
  agents: z.array(boardAgentSchema).max(boardAgentsLimit),
  /** Agents that did not fit. */
  more: z.number().int().nonnegative(),
  /** What a person has to look after. */
  alerts: z.array(z.string().max(200)).max(boardAlertsLimit),
});
export type Board = z.infer<typeof boardSchema>;
