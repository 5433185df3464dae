// Which of the living instances may be given work. Pure; that somebody answers is proved by asking, not here.
import type { Instance } from './record.ts';

/** The needed roles that nobody fills who is not unhealthy. */
export function gapsIn(instances: readonly Instance[], needed: readonly string[]): readonly string[] {
  return needed.filter((role) => fillersOf(instances, role).length === 0);
}

/** Those that were heard not much earlier than the one heard last: who was silent for longer has most likely gone. */
export function heardWithin(instances: readonly Instance[], silentMs: number): readonly Instance[] {
  const newest = Math.max(...instances.map(({ seenAt }) => seenAt));
  return instances.filter(({ seenAt }) => newest - seenAt <= silentMs);
}

/**
 * Whether it was heard since the youngest of them came. A killed instance and its successor look like two until the lease
 * of the first has run out; only the second is proved to live.
 */
export function isProved({ seenAt }: Instance, instances: readonly Instance[]): boolean {
  return seenAt >= Math.max(...instances.map(({ firstSeenAt }) => firstSeenAt));
}

function fillersOf(instances: readonly Instance[], role: string): readonly Instance[] {
  return instances.filter(({ roles, health }) => roles.includes(role) && health !== 'unhealthy');
}
