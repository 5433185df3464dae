// What is remembered of a restart order, so that a call repeated after a crash neither loses nor doubles it.
import { z } from 'zod';
import type { SentOrders } from '../contracts/ports.ts';
import { absents, type RestartEnd, type RestartOutcome } from '../contracts/services.ts';
import type { Redis } from '../core/redis.ts';
import { redisFault } from '../core/redis-faults.ts';

const targetSchema = z.object({
  instance: z.string(),
  host: z.string().nullable(),
  of: z.number().int(),
});

const outcomeSchema = z.union([
  z.object({
    state: z.literal('ready'),
    oldIncarnation: z.string().nullable(),
    incarnation: z.string(),
    tookMs: z.number(),
    withAbsenceOf: z.enum(absents).exactOptional(),
    target: targetSchema.exactOptional(),
  }),
  z.object({
    state: z.enum(['sent', 'failed', 'expired', 'unknown']),
    reason: z.string(),
    target: targetSchema.exactOptional(),
  }),
]);

const recordSchema = z.object({
  /** `sending` is written before the first publish: found after a crash it means "perhaps sent". `sent` is of older versions. */
  phase: z.enum(['unsent', 'sending', 'sent']),
  /** When it was first published, ms since the epoch; the restart's time is measured from here. */
  firstSentAt: z.number().nullable(),
  /** The incarnation that ran before the first publish, as far as the platform knew: its `ready` proves no restart. */
  known: z.string().nullable().default(null),
  /** The one of several instances that the order is for. */
  target: targetSchema.nullable().default(null),
  /** The sidecar that accepted the order: from then on it alone answers for it. */
  instance: z.string().nullable().default(null),
  outcome: outcomeSchema.nullable(),
});
export type RestartRecord = z.infer<typeof recordSchema>;

/** The record of an order that was never published. */
export const unsentRecord: RestartRecord = {
  phase: 'unsent',
  firstSentAt: null,
  known: null,
  target: null,
  instance: null,
  outcome: null,
};

/** Of an order whose end is kept already. */
export function ended(outcome: RestartOutcome): RestartEnd {
  return { outcome, kept: Promise.resolve() };
}

const keptSeconds = 24 * 3_600;

/** Reads what the bridge remembers, also in a process that has none. */
export function createSentOrders(redis: Redis, { prefix }: { readonly prefix: string }): SentOrders {
  return new RestartRecords(redis, prefix);
}

/** The records in Redis, one key per order. */
export class RestartRecords implements SentOrders {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Null for an order never seen. @throws SwarmError REDIS_* */
  async load(orderId: string): Promise<RestartRecord | null> {
    const text = await this.#redis.get(this.#key(orderId)).catch(unavailable);
    return text === null ? null : recordSchema.parse(JSON.parse(text));
  }

  async mayBeOut(orderId: string): Promise<boolean> {
    const { phase } = (await this.load(orderId)) ?? unsentRecord;
    return phase !== 'unsent';
  }

  /** Kept for a day. @throws SwarmError REDIS_* */
  async save(orderId: string, record: RestartRecord): Promise<void> {
    await this.#redis.set(this.#key(orderId), JSON.stringify(record), 'EX', keptSeconds).catch(unavailable);
  }

  /** Begins to store how it ended. `kept` rejects with SwarmError REDIS_*. */
  finish(orderId: string, record: RestartRecord, outcome: RestartOutcome): RestartEnd {
    const kept = this.save(orderId, { ...record, outcome });
    kept.catch(() => undefined);
    return { outcome, kept };
  }

  #key(orderId: string): string {
    return `${this.#prefix}:restart:${orderId}`;
  }
}

function unavailable(thrown: unknown): never {
  throw redisFault(thrown);
}
