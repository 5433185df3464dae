// The section `stall` of the configuration: after how long a silence what is done.
import { z } from 'zod';

const ms = (byDefault: number) => z.number().int().min(1_000).default(byDefault);
const minute = 60_000;

/** Silence is counted from the newest sign; the four steps come in this order, each once in one silence. */
export const stallConfigSchema = z
  .strictObject({
    /** Off: nobody is watched, and silence is shown by age alone. */
    enabled: z.stringbool().or(z.boolean()).default(true),
    /** An alert of low severity, ms. */
    warnAfterMs: ms(15 * minute),
    /** One message into the agent's inbox, ms. */
    nudgeAfterMs: ms(30 * minute),
    /** What lies unaccepted in its inbox is offered to another agent, ms. */
    reassignAfterMs: ms(60 * minute),
    /** An alert that only a person's deed or a sign of work ends, ms. */
    humanAfterMs: ms(120 * minute),
    /** Between two nudges of one agent, over all its silences, ms. */
    cooldownMs: ms(60 * minute),
    /** Nudges of one agent within 24 h; 0: it is never nudged. */
    nudgesPerDay: z.number().int().min(0).max(100).default(4),
    /** After its mission or its process began, or after nobody could watch it: no step is taken, ms. */
    bootGraceMs: z
      .number()
      .int()
      .min(0)
      .default(10 * minute),
    /** Signs of life without work (heartbeat, process, inbox) count for so long after the last work, ms. */
    lifeCountsMs: z
      .number()
      .int()
      .min(0)
      .default(60 * minute),
    /** At 100 % without a next gas, ms. */
    outOfGasAfterMs: ms(15 * minute),
    /** `ask`: a person is shown the command that gives the gas to another. `auto`: it is given. */
    reassign: z.enum(['ask', 'auto']).default('ask'),
  })
  .refine(
    ({ warnAfterMs, nudgeAfterMs, reassignAfterMs, humanAfterMs }) =>
      warnAfterMs < nudgeAfterMs && nudgeAfterMs < reassignAfterMs && reassignAfterMs < humanAfterMs,
    {
      path: ['warnAfterMs'],
      error: 'less than nudgeAfterMs, that less than reassignAfterMs, that less than humanAfterMs',
    },
  );

export type StallOptions = z.infer<typeof stallConfigSchema>;
