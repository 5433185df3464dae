// The platform: everything wired, started in order, drained in reverse.
import { randomBytes } from 'node:crypto';
import { loadLivePolicy } from '../access/index.ts';
import type { ProcessView } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import type { Part } from '../core/lifecycle.ts';
import type { Link, LinkStatus } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { closeRedis, createCommandRedis } from '../core/redis.ts';
import type { EmbeddedServer } from '../core/servers/index.ts';
import type { Service } from '../core/service.ts';
import { type ComponentEvent, type GivenUp, Supervisor } from '../core/supervisor.ts';
import { createProducer } from '../queue/index.ts';
import { ComponentResets } from './component-resets.ts';
import type { Config } from './config.ts';
import { drain, namesOf, outlivedBy } from './drain.ts';
import { createIntakeGate } from './intake-gate.ts';
import { componentChecks, createHealthServer, policyCheck } from './health.ts';
import { LinkBoard } from './links.ts';
import { observeComponent } from './observe/components.ts';
import { collectGauges } from './observe/gauges.ts';
import { openObservation } from './observe/observation.ts';
import { createSystemDirectory, Presence } from './presence.ts';
import { Resources } from './resources.ts';
import { RedisMonitor } from './redis-monitor.ts';
import type { Role } from './roles.ts';
import type { Backends } from './servers.ts';
import { type Bus, wireBus } from './wiring/bus.ts';
import { wireIntake } from './wiring/intake.ts';
import { wirePipeline } from './wiring/pipeline.ts';
import type { Shared } from './wiring/shared.ts';
import { type Surfaces, type Terminal, wireSurfaces } from './wiring/surfaces.ts';
import { wireWorkers } from './wiring/workers.ts';

export interface PlatformDeps {
  readonly config: Config;
  readonly backends: Backends;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the package, for whoever observes; default `unknown`. */
  readonly version?: string;
  readonly terminal: Terminal;
  /** Told once per change of a link's state. */
  readonly onLink: (status: LinkStatus) => void;
  /** Told of what happens to a part: it failed, is started again, is ready, braked, reset, stopped. */
  readonly onComponent?: (event: ComponentEvent) => void;
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
  /** What components read when they start from now on. */
  settle(config: Config): void;
  /** Reads the policy again; resolves to why it was refused, or to null. */
  reloadPolicy(file: string): Promise<string | null>;
  /** Drains and releases everything, within the configured time. Resolves to the parts that could not be ended in order. */
  stop(): Promise<readonly GivenUp[]>;
  /** Stops and starts one part. @throws SwarmError COMPONENT_UNKNOWN, or what its start met */
  restart(component: string): Promise<void>;
  /** Closes the crash-loop brake of a part of this process; false when it was not braked. @throws as `restart` */
  resetComponent(component: string): Promise<boolean>;
  /** Prints above the console's prompt, or plainly where there is no console. */
  print(text: string): void;
}

/** Puts a platform together; connects to nothing. @throws SwarmError CONFIG_INVALID */
export async function createPlatform(
  deps: PlatformDeps,
  options: { readonly roles: readonly Role[] },
): Promise<Platform> {
  const { config, backends, clock, logger } = deps;
  const held: Held = {};
  const links = new LinkBoard({ clock, onChange: deps.onLink });
  links.alsoCheck(() => componentChecks(componentsOf(held)));
  const redisLink = links.add('redis', { hard: true, staleAfterMs: 5_000 });
  redisLink.connecting(backends.redis.said);
  const shared = await share(deps, links, options.roles, held);
  const health = createHealthServer(config.health, shared);
  collectGauges(shared);
  const bus = wireBus(shared);
  const gate = createIntakeGate(wireIntake(shared));
  const surfaces = wireSurfaces(shared, gate.intake, deps.terminal);
  const resources = new Resources({ clock }, [
    { name: 'swarmline', pid: () => process.pid },
    ...serversOf(backends).map((server) => ({ name: server.name, pid: () => server.pid })),
  ]);
  held.resources = resources;
  const supervisor = new Supervisor(arrange(deps, { shared, bus, surfaces, redisLink, resources }), {
    clock,
    onEvent: (event) => {
      observeComponent(logger, shared.metrics, event);
      deps.onComponent?.(event);
    },
  });
  held.supervisor = supervisor;
  return {
    links,
    policyFault: shared.policy.broken,
    settle: shared.settle,
    reloadPolicy: (file) => shared.policy.reload(file),
    start: async () => {
      await health?.start();
      await supervisor.start();
    },
    restart: (component) => supervisor.restart(component),
    resetComponent: (component) => supervisor.reset(component),
    stop: () =>
      drain(
        {
          clock,
          logger,
          wasReady: () => links.readiness().ready,
          notReady: () => links.drain(),
          closeIntake: () => gate.close(),
          stopParts: (deadlineMs) => supervisor.stop(deadlineMs),
          closeShared: async () => {
            await health?.stop();
            await shared.jobs.close().catch(() => undefined);
            await shared.tracer.close();
            closeRedis(shared.redis);
          },
        },
        config.drain,
      ),
    print: (text) => {
      if (surfaces.console) surfaces.console.print(text);
      else deps.terminal.output.write(`${text}\n`);
    },
  };
}

/** The supervisor, for what is made before it. */
interface Held {
  supervisor?: Supervisor;
  resources?: Resources;
}

function componentsOf({ supervisor }: Held): ProcessView['components'] {
  return [...(supervisor?.components() ?? [])];
}

/** The servers that run as children of this process. */
function serversOf({ redis, rabbitmq }: Backends): EmbeddedServer[] {
  return [redis.server, rabbitmq.server].filter((server) => server !== null);
}

interface Wired {
  readonly shared: Shared & { readonly resets: ComponentResets };
  readonly bus: Bus;
  readonly surfaces: Surfaces;
  readonly redisLink: Link;
  readonly resources: Resources;
}

/** Every part in its place. Who stops before whom follows the drain: intake, jobs, transports, connections, servers. */
function arrange(deps: PlatformDeps, { shared, bus, surfaces, redisLink, resources }: Wired): Part[] {
  const { config, backends, clock } = deps;
  const servers = serversOf(backends);
  const own = backends.redis.server === null ? [] : [backends.redis.server.name];
  const pipeline = shared.roles.includes('pipeline')
    ? [shared.pipeline.watcher, shared.pipeline.schedule]
    : [];
  const workers = wireWorkers(shared, { control: bus.control, sinks: surfaces.sinks });
  // The console begins last and ends first; what is reported to it meanwhile is still printed.
  const transports = surfaces.parts.filter(({ service }) => service !== surfaces.console);
  const rest = surfaces.parts.filter(({ service }) => service === surfaces.console);
  const fleet = [
    resources,
    new Presence({ redis: shared.redis, clock, view: shared.view }, { prefix: config.redis.prefix }),
    shared.resets,
  ].map((service) => ({ service }));
  const serverNames = servers.map(({ name }) => name);
  return [
    ...servers.map((service) => ({ service })),
    {
      service: new RedisMonitor(
        { redis: shared.redis, link: redisLink, place: backends.redis.said, clock, logger: deps.logger },
        { dependsOn: own, prefix: config.redis.prefix, instance: shared.instance },
      ),
    },
    ...fleet,
    ...outlivedBy(bus.parts, serverNames),
    ...outlivedBy(
      pipeline.map((service) => ({ service, after: ['redis'] })),
      [workers.name],
    ),
    ...outlivedBy([{ service: workers, after: ['redis'] }], namesOf([...bus.parts, ...transports, ...fleet])),
    ...transports,
    ...rest,
    ...outlivedBy(
      deps.companions.map((service) => ({ service })),
      [...namesOf(bus.parts), ...serverNames],
    ),
  ];
}

async function share(
  deps: PlatformDeps,
  links: LinkBoard,
  roles: readonly Role[],
  held: Held,
): Promise<Shared & { readonly resets: ComponentResets }> {
  const { config, backends, clock, logger } = deps;
  const redis = createCommandRedis({
    url: backends.redis.url,
    name: 'swarmline:commands',
    onError: ({ message }) => logger.debug({ error: message }, 'redis'),
  });
  const instance = randomBytes(4).toString('hex');
  const observation = await openObservation(deps, { instance, version: deps.version ?? 'unknown' });
  const { metrics, tracer } = observation;
  const jobs = createProducer({ redis, clock, tracer }, { prefix: config.redis.prefix });
  const policy = await loadLivePolicy(config.policy.file);
  if (policy.broken !== null)
    logger.error({ why: policy.broken }, 'the policy cannot be used; everything is denied');
  links.alsoCheck(() => [policyCheck(policy)]);
  const pipeline = await wirePipeline({ config, redis, jobs, clock, logger, metrics });
  const startedAt = clock.now();
  const view = () => ({
    instance,
    pid: process.pid,
    roles: [...roles],
    startedAt,
    at: clock.now(),
    links: links.statuses(),
    components: componentsOf(held),
    resources: [...(held.resources?.latest ?? [])],
    breakers: [],
  });
  const current = { config };
  const { prefix } = config.redis;
  const { processes } = createSystemDirectory(redis, { prefix, clock });
  const reset = (component: string) => held.supervisor?.reset(component) ?? Promise.resolve(false);
  const resets = new ComponentResets(
    { redis, clock, logger, view, processes, reset },
    { redisUrl: backends.redis.url, prefix },
  );
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
    view,
    clock,
    logger,
    links,
    redis,
    jobs,
    policy,
    pipeline,
  };
  return { ...base, resets };
}
