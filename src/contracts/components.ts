// The reset of a component whose crash-loop brake is open: what processes say to each other about it, and the answer.
import { z } from 'zod';
import { componentSchema } from './system.ts';

/** What one process did about it; only processes that have such a component are listed. */
const processResetSchema = z.object({
  pid: z.number().int(),
  roles: z.array(z.string()),
  /** `not-braked`: nothing was done, since no brake held it. */
  outcome: z.enum(['reset', 'not-braked']),
  /** Its state afterwards. */
  state: componentSchema.shape.state,
  /** Why it is failed; null in any other state. */
  error: z.string().nullable(),
});
export type ProcessReset = z.infer<typeof processResetSchema>;

/** What became of a reset, over all processes. */
export const resetAnswerSchema = z.object({
  component: z.string(),
  /** Those that have the component. */
  processes: z.array(processResetSchema),
  /** Those that did not answer in time: nobody knows whether they have it. */
  silent: z.array(z.object({ pid: z.number().int(), roles: z.array(z.string()) })),
  /** Why other processes could not be asked at all; null when they could. */
  unasked: z.string().nullable(),
  /** Names of the components that were heard of. */
  known: z.array(z.string()),
});
export type ResetAnswer = z.infer<typeof resetAnswerSchema>;

/** On the channel `<prefix>:components`, which every process hears. */
export const componentMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reset'), id: z.string(), component: z.string(), from: z.string() }),
  /** `done` is null where the process has no such component. */
  z.object({
    kind: z.literal('answer'),
    id: z.string(),
    instance: z.string(),
    done: processResetSchema.nullable(),
  }),
]);
export type ComponentMessage = z.infer<typeof componentMessageSchema>;
