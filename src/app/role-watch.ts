// A process of single roles says in its log which roles nobody fills, once each, and when somebody does again. What that
// means for a person is told by `status`, at any process.
import { gapText, isNeededRole, neededRoles } from '../contracts/roles.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { type Change, gapsIn, type Registry, RegistryWatch } from '../core/registry/index.ts';
import { processName } from './presence.ts';

export interface RoleWatchDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Creates the watch as a component. */
export function createRoleWatch(deps: RoleWatchDeps, options: { readonly redisUrl: string }): RegistryWatch {
  const watch = new RegistryWatch(deps, { name: 'role-watch', redisUrl: options.redisUrl });
  watch.watch(processName, makeTeller(deps.logger));
  return watch;
}

/** Tells of each gap when it opens and when it closes. */
export function makeTeller(
  logger: Pick<Logger, 'warn' | 'info'>,
): (change: Pick<Change, 'instances'>) => void {
  let known: readonly string[] = [];
  return ({ instances }) => {
    const gaps = gapsIn(instances, Object.keys(neededRoles)).filter(isNeededRole);
    for (const role of gaps) if (!known.includes(role)) logger.warn({ role }, gapText(role));
    for (const role of known)
      if (!gaps.some((gap) => gap === role)) logger.info({ role }, 'a role is filled again');
    known = gaps;
  };
}
