// The record as a test finds it: entries to append, and the hands of somebody who writes to Redis past Swarmline.
import type { AuditEntry } from '../../src/access/index.ts';
import type { Redis } from '../../src/core/redis.ts';

export const entry = (given: Partial<AuditEntry> = {}): AuditEntry => ({
  event: 'executing',
  correlationId: 'c-1',
  person: 'alice',
  principal: 'discord:111',
  place: { surface: 'discord', id: 'c-1' },
  command: 'restart',
  args: { service: 'slam' },
  verdict: 'allowed',
  detail: '',
  approvers: [],
  policyVersion: 'p1',
  ...given,
});

/** Id and text of each stored line. */
export type Stored = readonly [id: string, text: string];

export async function storedLines(redis: Redis, prefix: string): Promise<Stored[]> {
  const entries = await redis.xrange(`${prefix}:audit:lines`, '-', '+');
  return entries.map(([id, fields]) => [id, fields[1] ?? '']);
}

/** Replaces the whole stream, which is the only way to change what a stream holds. */
export async function forge(
  redis: Redis,
  prefix: string,
  change: (lines: readonly Stored[]) => readonly Stored[],
): Promise<void> {
  const lines = change(await storedLines(redis, prefix));
  await redis.del(`${prefix}:audit:lines`);
  for (const [id, text] of lines) await redis.xadd(`${prefix}:audit:lines`, id, 'line', text);
}
