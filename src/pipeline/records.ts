// The shape of the records in Redis: `<version> <json>`. What is read back is foreign until its schema has passed.
import { z } from 'zod';
import { checkpointSchema, deliveryStateSchema, gasSchema, runStates } from '../contracts/agents.ts';
import { addressSchema } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import { fixedThresholds } from './thresholds.ts';

/** A record as it was read; `version` is 0 for one that does not exist yet. */
export interface Held<T> {
  readonly version: number;
  readonly value: T | null;
}

export const runSchema = z
  .object({
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
    writtenAt: z.number().nullable().default(null),
    readAt: z.number().nullable(),
    settled: z.array(checkpointSchema).default([]),
    since: z.number().nullable().default(null),
    assignments: z
      .array(z.object({ key: z.string(), meant: z.string(), from: z.number(), epoch: z.number().nullable() }))
      .default([]),
    word: z.object({ paused: z.boolean(), by: z.string(), at: z.number() }).nullable().default(null),
    told: z
      .object({
        epoch: z.number().nullable(),
        seq: z.number().nullable(),
        at: z.number(),
        word: z.string().optional(),
        fileAt: z.number().optional(),
        mover: z.string().optional(),
      })
      .nullable()
      .default(null),
    thresholds: z
      .object({ handover: z.number(), backup: z.number(), reason: z.string().nullable() })
      .default(fixedThresholds),
  })
  .transform(({ epoch, epochAt, mission: name, baseline, settled, thresholds, ...run }) => ({
    ...run,
    mission: { epoch, epochAt, name, baseline, settled, thresholds },
  }));

/** Who asked for a delivery by a command, and is told of it under that command's name. */
export const askedSchema = z.object({
  correlationId: z.string().min(1),
  principal: z.string().min(1),
  to: addressSchema,
  /** Ids of all deliveries of one broadcast, this one among them; empty for one that was asked for alone. */
  siblings: z.array(z.string()),
});
export type Asked = z.infer<typeof askedSchema>;

export const deliverySchema = z.object({
  gas: gasSchema,
  asked: askedSchema.nullable().default(null),
  state: deliveryStateSchema,
  since: z.number(),
  steps: z.array(z.object({ state: deliveryStateSchema, at: z.number(), detail: z.string() })),
  tries: z.number().int().default(0),
  fallbacks: z.array(z.string()).default([]),
  alert: z
    .object({ at: z.number(), why: z.string(), paused: z.array(z.string()).readonly().optional() })
    .nullable()
    .default(null),
  replacedBy: z.string().nullable().default(null),
  meant: z.string().nullable().default(null),
  heldBy: z.array(z.string()).optional(),
  behind: z.string().optional(),
  keptUntil: z.number().optional(),
});

const entries = z.array(z.string());

/** What one of them left for whoever hands over last. */
const partSchema = z.object({
  agent: z.string(),
  mission: z.string(),
  percent: z.number().nullable(),
  before: z.number().nullable(),
  at: z.number().int().nullable().default(null),
  ahead: z.string().nullable().default(null),
  note: z.string().nullable(),
  ...{ done: entries, open: entries, artefacts: entries },
  counts: z.object({ done: z.number(), open: z.number(), artefacts: z.number() }),
});

/** Who has reached one checkpoint before one receiver. */
export const arrivalsSchema = z.object({
  arrived: z.record(z.string(), z.string()),
  turns: z.record(z.string(), z.number().int()).default({}),
  fired: z.boolean(),
  first: z.string().nullable().default(null),
  skipped: z.array(z.string()).default([]),
  paused: z.record(z.string(), z.string()).default({}),
  parts: z.record(z.string(), partSchema).default({}),
  earlier: z
    .record(
      z.string(),
      z.array(
        z.object({
          ...{ mark: z.string(), part: partSchema.nullable() },
          ...{ missed: z.number().int().optional(), paused: z.string().optional() },
          turn: z.number().int().optional(),
        }),
      ),
    )
    .default({}),
});

/** Which of the missions of chain.yaml is next, and which each end took last, for which mission of its own. */
export const missionsSchema = z
  .object({
    next: z.number().int(),
    taken: z.record(z.string(), z.object({ by: z.string(), at: z.number().int() })).default({}),
    /** As records had it once: the one that took the last, `agent mission`. */
    takenBy: z.string().nullish(),
  })
  .transform(({ next, taken, takenBy }) => {
    const [agent, by] = takenBy?.split(' ') ?? [];
    if (agent === undefined || by === undefined) return { next, taken };
    return { next, taken: { [agent]: { by, at: next - 1 }, ...taken } };
  });
export type Missions = z.infer<typeof missionsSchema>;

export function encodeRecord(version: number, value: unknown): string {
  return `${version} ${JSON.stringify(value)}`;
}

/** A record that exists. */
export type Found<T> = Held<T> & { readonly value: T };

/** A record as this process saw or wrote it last, and its very text; another may have changed it since. */
export type Known<T> = Found<T> & { readonly text: string };

/** A SwarmError RECORD_UNREADABLE, which names the record as `where`, when the text does not fit its schema. */
export function decodeRecord<T>(text: string, schema: z.ZodType<T>, where: string): Found<T> | SwarmError {
  const [, version, json = ''] = /^(\d+) (.*)$/s.exec(text) ?? [];
  const parsed = schema.safeParse(parseJson(json));
  if (parsed.success) return { version: Number(version), value: parsed.data };
  return new SwarmError(domainErrors.recordUnreadable, `Redis ${where}: ${z.prettifyError(parsed.error)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
