// A process of single roles says in its log which roles nobody fills, once each, and when somebody does again; what has
// lasted becomes an alert. What it means for a person is told by `status`, at any process.
import { gapText, isNeededRole, type NeededRole, neededRoles } from '../contracts/roles.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { type Change, gapsIn, type Registry, RegistryWatch } from '../core/registry/index.ts';
import { processName } from './presence.ts';

export interface RoleWatchDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A gap that closes within this time is not told: after an outage of Redis all leases have run out, and each process comes back when it can, ms. */
const settleMs = 5_000;
/** Looks further apart than this say nothing of the time between them: Redis was away, ms. */
const apartMs = 10_000;

/** A gap is an alert once it has lasted as long as a lease: who was killed and started again is back by then, ms. */
const alertAfterMs = 10_000;

/** A role that no process fills. */
export interface RoleGap {
  readonly role: NeededRole;
  /** Ms since the epoch. */
  readonly since: number;
}

/** What is known of roles that nobody fills. */
export interface RoleGaps {
  /** Tells of each gap when it has lasted, and when it closes. To be called at each look. */
  look(change: Pick<Change, 'instances'>): void;
  /** Those that are worth an alert; as they were last known where Redis does not answer. */
  lasting(): readonly RoleGap[];
}

/** Creates the watch as a component. */
export function createRoleWatch(
  { gaps, ...deps }: RoleWatchDeps & { readonly gaps: RoleGaps },
  options: { readonly redisUrl: string },
): RegistryWatch {
  const watch = new RegistryWatch(deps, { name: 'role-watch', everyLook: true, ...options });
  watch.watch(processName, (change) => gaps.look(change));
  return watch;
}

/** Creates it; it knows of no gap before the first look. */
export function createRoleGaps({
  logger,
  clock,
}: {
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly clock: Pick<Clock, 'now'>;
}): RoleGaps {
  const told = new Map<NeededRole, number>();
  let openSince = new Map<NeededRole, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  const look: RoleGaps['look'] = ({ instances }) => {
    const now = clock.now();
    const before = now - lookedAt > apartMs ? new Map<NeededRole, number>() : openSince;
    const gaps = gapsIn(instances, Object.keys(neededRoles)).filter(isNeededRole);
    openSince = new Map(gaps.map((role) => [role, before.get(role) ?? now]));
    lookedAt = now;
    for (const [role, since] of openSince) {
      if (told.has(role) || now - since < settleMs) continue;
      told.set(role, since);
      logger.warn({ role }, gapText(role));
    }
    for (const role of told.keys()) {
      if (openSince.has(role)) continue;
      told.delete(role);
      logger.info({ role }, 'a role is filled again');
    }
  };
  const lasting = () => {
    const gaps = [...told].map(([role, since]) => ({ role, since }));
    return gaps.filter(({ since }) => clock.now() - since >= alertAfterMs);
  };
  return { look, lasting };
}
