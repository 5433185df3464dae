// Which of the living instances may be given work. Pure; that somebody answers is proved by asking, not here.
import type { Instance } from './record.ts';

/** Those that fill `role` and are not unhealthy. */
export function fillersOf(instances: readonly Instance[], role: string): readonly Instance[] {
  return instances.filter(({ roles, health }) => roles.includes(role) && health !== 'unhealthy');
}

/** The needed roles that nobody fills. */
export function gapsIn(instances: readonly Instance[], needed: readonly string[]): readonly string[] {
  return needed.filter((role) => fillersOf(instances, role).length === 0);
}

/**
 * Those that are not merely the remains of one that was followed by another: heard since the youngest came. A killed
 * instance and its successor are one, until the lease of the first has run out.
 */
export function present(instances: readonly Instance[]): readonly Instance[] {
  const youngest = Math.max(...instances.map(({ firstSeenAt }) => firstSeenAt));
  return instances.filter(({ seenAt }) => seenAt >= youngest);
}
