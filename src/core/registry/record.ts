// What one registered instance says of itself. The mechanism reads name, instance, roles, health and load; what else
// whoever registers wants to show travels in `body`, unread.
import { z } from 'zod';
import type { Health } from '../health.ts';

const healths = ['healthy', 'degraded', 'unhealthy'] as const satisfies readonly Health[];

export const leaseRecordSchema = z.object({
  /** What it is an instance of. */
  name: z.string().min(1),
  /** Which one; drawn at its start. */
  instance: z.string().min(1),
  /** Drawn anew at each start of what runs behind the instance; null while nothing runs. */
  incarnation: z.string().nullable(),
  /** Where it runs; null: it did not say. */
  host: z.string().nullable(),
  pid: z.number().int().nullable(),
  version: z.string().nullable(),
  roles: z.array(z.string()),
  /** Name → URL. */
  endpoints: z.record(z.string(), z.string()),
  /** `pending`: pieces of work under way; `cpu`: share of one core. Null: not told. */
  load: z.object({ pending: z.number().nullable(), cpu: z.number().nullable() }),
  tags: z.record(z.string(), z.string()),
  /** ms since the epoch, on its own clock. */
  startedAt: z.number(),
  health: z.enum(healths),
  body: z.unknown(),
});
export type LeaseRecord = z.infer<typeof leaseRecordSchema>;

/** A record whose lease has not run out. Times in ms since the epoch on Redis' clock, the same for all. */
export interface Instance extends LeaseRecord {
  /** When it was first heard, and last. */
  readonly firstSeenAt: number;
  readonly seenAt: number;
}

/** What whoever watches is told of at once: all but what moves with every beat. */
export function shapeOf({ load: _load, body: _body, ...shape }: LeaseRecord): string {
  return JSON.stringify(shape);
}
