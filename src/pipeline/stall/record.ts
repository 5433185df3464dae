// What the watch remembers of one agent between two looks, as it lies in Redis. The watch writes this and nothing of what
// it watches.
import { z } from 'zod';
import { signSources, stallTiers } from '../../contracts/watch.ts';
import { noPace, paceSchema } from './pace.ts';

/** Work that was taken from nobody yet: a delivery that its receiver does not take up, and who could. */
const takeOverSchema = z.object({ delivery: z.string(), to: z.string() });
export type TakeOver = z.infer<typeof takeOverSchema>;

/**
 * What is to be done, as data; perform.ts does it. `episode` and `agent` make the id of whatever comes of it, so that it
 * comes once however often it is done.
 */
export const effectSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('warn'), since: z.number() }),
  z.object({ kind: z.literal('nudge'), since: z.number(), episode: z.string() }),
  z.object({ kind: z.literal('reassign'), episode: z.string(), takeOver: takeOverSchema }),
  z.object({ kind: z.literal('human'), since: z.number() }),
  z.object({ kind: z.literal('out-of-gas'), since: z.number() }),
  z.object({ kind: z.literal('recovered'), since: z.number() }),
]);
export type StallEffect = z.infer<typeof effectSchema>;

export const watchSchema = z.object({
  agent: z.string(),
  /** Newest sign of each source, ms since the epoch. */
  signs: z.partialRecord(z.enum(signSources), z.number()),
  /** On whose word those are that are not the agent's own. */
  words: z.partialRecord(z.enum(signSources), z.string()).default({}),
  /** The mission whose percent is remembered, and that percent: its change is the sign `progress`. */
  epoch: z.number().int(),
  percent: z.number().nullable(),
  /** How fast its missions went. */
  pace: paceSchema.default(noPace),
  /** When the present silence began: the newest sign before it. Null outside of one. */
  since: z.number().nullable(),
  tier: z.enum(stallTiers),
  /** When the tier was reached. */
  tierAt: z.number(),
  /** Why the nudge of this silence was left out; null when it was not. */
  unnudged: z.string().nullable(),
  /** When they were decided, of the last 24 h. */
  nudges: z.array(z.number()),
  /** The delivery of the newest nudge; null: there was none, or its id was not kept. */
  nudge: z.string().nullable().default(null),
  /** How often its gas was given to others in this silence, or offered after nothing was, also in vain. */
  offers: z.number().int().default(0),
  /** How many pieces of its gas were given to others in this silence. */
  given: z.number().int().default(0),
  /** What other agents could take over, oldest first, while a person is asked. */
  proposals: z.array(takeOverSchema).default([]),
  /** The newest gas to it. */
  gasAt: z.number().nullable(),
  outOfGasSince: z.number().nullable(),
  /** While it waited for a live agent, time did not count; the last such moment. */
  excusedAt: z.number().nullable(),
  waitsFor: z.string().nullable(),
  /** No step is taken before this. */
  graceUntil: z.number(),
  judgedAt: z.number(),
  /** Decided and not known to be done. */
  owed: z.array(effectSchema),
});
/** What is remembered of one agent. */
export type Watch = z.infer<typeof watchSchema>;

/** Of an agent that was never looked at; its grace begins now. */
export function newWatch(agent: string, now: number, graceMs: number): Watch {
  return {
    agent,
    signs: {},
    words: {},
    epoch: 0,
    percent: null,
    pace: noPace,
    since: null,
    tier: 'none',
    tierAt: now,
    unnudged: null,
    nudges: [],
    nudge: null,
    offers: 0,
    given: 0,
    proposals: [],
    gasAt: null,
    outOfGasSince: null,
    excusedAt: null,
    waitsFor: null,
    graceUntil: now + graceMs,
    judgedAt: now,
    owed: [],
  };
}
