// Ids of the domain. Job ids derive from the correlation id and the step, so that a redelivery is the same job.
import { hash, randomUUID } from 'node:crypto';

/** Draws an id. */
export type MakeId = () => string;

/** A new random id: 20 hex digits, safe in Redis keys, BullMQ job ids (no colon) and file names. */
export const randomId: MakeId = () => randomUUID().replaceAll('-', '').slice(0, 20);

/** The same parts give the same id: 20 hex digits of SHA-256. The `x` keeps BullMQ from taking it for an integer. */
export function derivedId(...parts: readonly string[]): string {
  return `x${hash('sha256', JSON.stringify(parts)).slice(0, 19)}`;
}

/** A job that lays a delivery down; `which` tells it from the others: the jobs that were lost before it, or `try N`. */
export function deliveryJobId(delivery: string, which: number | string): string {
  return derivedId('gas.deliver', delivery, String(which));
}

/** The correlation id of one use of a command: it names whatever comes of it, an action as well as a fault. */
export function correlationIdOf(invocationId: string): string {
  return derivedId('correlation', invocationId);
}

/** Short form of a derived id that a person can type: its `x` and six digits. */
export function shortId(id: string): string {
  return id.slice(0, 7);
}
