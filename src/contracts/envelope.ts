// What every job and bus message carries around its body.
import { z } from 'zod';
import { isTraceparent } from '../core/tracing/index.ts';

export const envelopeVersion = 1;

/** Where in a trace it belongs, as W3C has it. What is malformed is ignored: a trace is never a reason to refuse work. */
export const traceparentSchema = z.string().refine(isTraceparent).optional().catch(undefined);

/** Times are ms since the epoch. `causationId` is the id of the message that led to this one, null for the first. */
export const envelopeSchema = z.object({
  v: z.literal(envelopeVersion),
  id: z.string().min(1),
  correlationId: z.string().min(1),
  causationId: z.string().nullable(),
  issuedAt: z.number().int().nonnegative(),
  /** After this nothing may be started for it. */
  deadline: z.number().int().nonnegative(),
  /** Who asked: `surface:id`, or `system:<part>`. */
  principal: z.string().min(1),
  /** Absent where nothing is traced. */
  traceparent: traceparentSchema,
});

export type Envelope = z.infer<typeof envelopeSchema>;
