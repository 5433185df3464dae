// The platform: everything wired, started in order, drained in reverse.
import { randomBytes } from 'node:crypto';
import { loadPolicy } from '../access/index.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import { Lifecycle } from '../core/lifecycle.ts';
import type { LinkStatus } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { closeRedis, createCommandRedis } from '../core/redis.ts';
import type { Service } from '../core/service.ts';
import { createProducer } from '../queue/index.ts';
import type { Config } from './config.ts';
import { LinkBoard } from './links.ts';
import { Presence } from './presence.ts';
import { RedisMonitor } from './redis-monitor.ts';
import type { Role } from './roles.ts';
import type { Backends } from './servers.ts';
import { wireBus } from './wiring/bus.ts';
import { wireIntake } from './wiring/intake.ts';
import { wirePipeline } from './wiring/pipeline.ts';
import type { Shared } from './wiring/shared.ts';
import { type Terminal, wireSurfaces } from './wiring/surfaces.ts';
import { wireWorkers } from './wiring/workers.ts';

export interface PlatformDeps {
  readonly config: Config;
  readonly backends: Backends;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly terminal: Terminal;
  /** Told once per change of a link's state. */
  readonly onLink: (status: LinkStatus) => void;
  /** Programs that live and die with this platform, such as the demo world. */
  readonly companions: readonly Service[];
}

/** Everything wired, in one handle. */
export interface Platform {
  readonly links: LinkBoard;
  /** Why nobody is allowed anything; null when the policy is sound. */
  readonly policyFault: string | null;
  /** Resolves when all hard parts are ready; soft ones join when they are there. */
  start(): Promise<void>;
  /** Drains and releases everything. */
  stop(): Promise<void>;
  /** Prints above the console's prompt, or plainly where there is no console. */
  print(text: string): void;
}

/** Puts a platform together; connects to nothing. @throws SwarmError CONFIG_INVALID */
export async function createPlatform(
  deps: PlatformDeps,
  options: { readonly roles: readonly Role[] },
): Promise<Platform> {
  const { config, backends, clock, logger } = deps;
  const links = new LinkBoard({ clock, onChange: deps.onLink });
  const redisLink = links.add('redis', { hard: true, staleAfterMs: 5_000 });
  redisLink.connecting(backends.redis.said);
  const shared = await share(deps, links, options.roles);
  const bus = wireBus(shared);
  const surfaces = wireSurfaces(shared, wireIntake(shared), deps.terminal);
  const servers = [backends.redis.server, backends.rabbitmq.server].filter((server) => server !== null);
  const own = backends.redis.server === null ? [] : [backends.redis.server.name];
  const pipeline = options.roles.includes('pipeline')
    ? [shared.pipeline.watcher, shared.pipeline.schedule]
    : [];
  const lifecycle = new Lifecycle(
    [
      ...servers.map((service) => ({ service })),
      {
        service: new RedisMonitor(
          { redis: shared.redis, link: redisLink, place: backends.redis.said, clock },
          { dependsOn: own },
        ),
      },
      {
        service: new Presence(
          { redis: shared.redis, clock, view: shared.view },
          { prefix: config.redis.prefix },
        ),
      },
      ...bus.parts,
      ...pipeline.map((service) => ({ service, after: ['redis'] })),
      { service: wireWorkers(shared, { control: bus.control, sinks: surfaces.sinks }), after: ['redis'] },
      ...surfaces.parts,
      ...deps.companions.map((service) => ({ service })),
    ],
    {
      onSoftFailure: (service, thrown) =>
        logger.error({ service: service.name, error: errorText(thrown) }, 'a part did not start'),
    },
  );
  return {
    links,
    policyFault: shared.policy.broken,
    start: () => lifecycle.start(),
    stop: async () => {
      links.drain();
      await lifecycle.stop();
      await shared.jobs.close().catch(() => undefined);
      closeRedis(shared.redis);
    },
    print: (text) => {
      if (surfaces.console) surfaces.console.print(text);
      else deps.terminal.output.write(`${text}\n`);
    },
  };
}

async function share(deps: PlatformDeps, links: LinkBoard, roles: readonly Role[]): Promise<Shared> {
  const { config, backends, clock, logger } = deps;
  const redis = createCommandRedis({
    url: backends.redis.url,
    name: 'swarmline:commands',
    onError: ({ message }) => logger.debug({ error: message }, 'redis'),
  });
  const jobs = createProducer({ redis, clock }, { prefix: config.redis.prefix });
  const policy = await loadPolicy(config.policy.file);
  if (policy.broken !== null)
    logger.error({ why: policy.broken }, 'the policy cannot be used; everything is denied');
  const pipeline = await wirePipeline({ config, redis, jobs, clock, logger });
  const instance = randomBytes(4).toString('hex');
  const startedAt = clock.now();
  const view = () => ({
    instance,
    pid: process.pid,
    roles: [...roles],
    startedAt,
    at: clock.now(),
    links: links.statuses(),
  });
  return { config, backends, roles, instance, view, clock, logger, links, redis, jobs, policy, pipeline };
}
