// The shape of the records in Redis: `<version> <json>`. What is read back is foreign until its schema has passed.
import { z } from 'zod';
import { deliveryStateSchema, gasSchema, runStates } from '../contracts/agents.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';

/** A record as it was read; `version` is 0 for one that does not exist yet. */
export interface Held<T> {
  readonly version: number;
  readonly value: T | null;
}

export const runSchema = z.object({
  agent: z.string(),
  epoch: z.number().int(),
  epochAt: z.number(),
  mission: z.string().nullable(),
  baseline: z.array(z.string()),
  maxPercent: z.number().nullable(),
  percent: z.number().nullable(),
  state: z.enum(runStates),
  problem: z.string().nullable(),
  seenAt: z.number().nullable(),
  readAt: z.number().nullable(),
});

export const deliverySchema = z.object({
  gas: gasSchema,
  state: deliveryStateSchema,
  since: z.number(),
  steps: z.array(z.object({ state: deliveryStateSchema, at: z.number(), detail: z.string() })),
});

export function encodeRecord(version: number, value: unknown): string {
  return `${version} ${JSON.stringify(value)}`;
}

/** `where` names the record in the message. @throws SwarmError UNEXPECTED when the text does not fit its schema */
export function decodeRecord<T>(
  text: string,
  schema: z.ZodType<T>,
  where: string,
): Held<T> & { readonly value: T } {
  const gap = text.indexOf(' ');
  const parsed = schema.safeParse(parseJson(text.slice(gap + 1)));
  if (parsed.success) return { version: Number(text.slice(0, gap)), value: parsed.data };
  throw new SwarmError(coreErrors.unexpected, `Redis ${where}: ${z.prettifyError(parsed.error)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
