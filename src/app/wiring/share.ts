// What all parts of one process share: its Redis client, its registry, its policy, what it says of itself.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { GasBus } from '../../contracts/ports.ts';
import type { ProcessView } from '../../contracts/system.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { createGuards } from '../../core/recovery/guards.ts';
import { createCommandRedis, type Redis } from '../../core/redis.ts';
import { Registry } from '../../core/registry/index.ts';
import type { Supervisor } from '../../core/supervisor.ts';
import { createQueueDesk } from '../../queue/index.ts';
import { type Alerting, createAlerting } from '../alerts/alerting.ts';
import { ComponentResets } from '../component-resets.ts';
import type { Config } from '../config.ts';
import { chainCheck, policyCheck } from '../health.ts';
import type { LinkBoard } from '../links.ts';
import { createLiveChain } from '../live-chain.ts';
import { openObservation } from '../observe/observation.ts';
import { createSystemDirectory } from '../presence.ts';
import type { Resources } from '../resources.ts';
import { createRoleGaps, type RoleGaps } from '../role-watch.ts';
import type { Role } from '../roles.ts';
import type { Backends } from '../servers.ts';
import { wireAccess } from './access.ts';
import { wireApprovals } from './approvals.ts';
import { wireAudit } from './audit.ts';
import { wireFlow } from './flow.ts';
import { wirePipeline } from './pipeline.ts';
import type { Shared } from './shared.ts';

/** What it is made of. */
export interface ShareDeps {
  readonly config: Config;
  readonly backends: Backends;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the package; default `unknown`. */
  readonly version?: string;
}

/** What all parts share, and what belongs to nobody else. */
export interface Together extends Shared {
  readonly resets: ComponentResets;
  readonly alerting: Alerting;
  readonly gaps: RoleGaps;
}

/** What is made later than those who ask for it. */
export interface Held {
  supervisor?: Supervisor;
  resources?: Resources;
  alerting?: Alerting;
  /** Undefined where there is no bridge. */
  gas?: GasBus | undefined;
}

/** As the supervisor sees them; none before there is one. */
export function componentsOf({ supervisor }: Held): ProcessView['components'] {
  return [...(supervisor?.components() ?? [])];
}

/** Makes what all parts share; connects to nothing. @throws SwarmError CONFIG_INVALID */
export async function share(
  deps: ShareDeps,
  links: LinkBoard,
  roles: readonly Role[],
  held: Held,
): Promise<Together> {
  const { config, backends, clock, logger } = deps;
  const instance = randomBytes(4).toString('hex');
  const redis = redisOf(deps, instance);
  const observation = await openObservation(deps, { instance, version: deps.version ?? 'unknown' });
  const { policy, access } = await wireAccess({ config, redis, clock, logger });
  const audit = wireAudit({ config, redis, clock, logger, links });
  const flow = { config, redis, clock, logger, ...observation, audit };
  const { jobs, outbox } = await wireFlow(flow);
  const pipeline = await wirePipeline({ ...flow, jobs, bus: () => held.gas });
  const chain = await createLiveChain({ pipeline, config, clock });
  links.alsoCheck(() => [policyCheck(policy), chainCheck(chain)]);
  const guards = createGuards({ clock });
  const view = makeView({ instance, roles, links, guards, clock }, held);
  const current = { config };
  const { prefix } = config.redis;
  const registry = new Registry(redis, { prefix });
  const reset = (component: string) => held.supervisor?.reset(component) ?? Promise.resolve(false);
  const resetting = { redis, clock, logger, view, reset, ...createSystemDirectory(registry) };
  const resets = new ComponentResets(resetting, { redisUrl: backends.redis.url, prefix });
  const base = {
    ...observation,
    config,
    settings: () => current.config,
    settle: (next: Config) => {
      current.config = next;
    },
    backends,
    roles,
    instance,
    version: deps.version ?? 'unknown',
    host: hostname(),
    registry,
    view,
    clock,
    logger,
    guards,
    links,
    redis,
    jobs,
    queues: createQueueDesk({ redis, clock }, { prefix }),
    outbox,
    policy,
    audit,
    access,
    wishes: wireApprovals({ ...flow, roles, jobs }),
    pipeline,
    chain,
  };
  const gaps = createRoleGaps({ logger, clock });
  held.alerting = createAlerting({ ...base, gaps });
  return { ...base, resets, gaps, alerting: held.alerting };
}

// Called as no other process's is: whoever asks whether this one is gone looks for the name.
function redisOf({ backends, logger }: ShareDeps, instance: string): Redis {
  const onError = ({ message }: Error) => logger.debug({ error: message }, 'redis');
  return createCommandRedis({ url: backends.redis.url, name: `swarmline:commands@${instance}`, onError });
}

type ViewSources = Pick<Shared, 'instance' | 'roles' | 'links' | 'guards' | 'clock'>;

function makeView({ instance, roles, links, guards, clock }: ViewSources, held: Held): () => ProcessView {
  const startedAt = clock.now();
  return () => ({
    instance,
    pid: process.pid,
    roles: [...roles],
    startedAt,
    at: clock.now(),
    readiness: links.readiness().status,
    links: links.statuses(),
    components: componentsOf(held),
    resources: [...(held.resources?.latest ?? [])],
    breakers: [...guards.breakers()],
    alerts: held.alerting?.active() ?? [],
  });
}
