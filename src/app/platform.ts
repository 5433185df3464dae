// The platform: everything wired, started in order, drained in reverse.
import type { HealthServer } from '../api/index.ts';
import type { ApprovalWork } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Part } from '../core/lifecycle.ts';
import type { Link, LinkStatus } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { closeRedis } from '../core/redis.ts';
import type { Registration } from '../core/registry/index.ts';
import type { EmbeddedServer } from '../core/servers/index.ts';
import type { Service } from '../core/service.ts';
import { type ComponentEvent, type GivenUp, Supervisor } from '../core/supervisor.ts';
import type { Config } from './config.ts';
import { type DrainSteps, drain, namesOf, outlivedBy } from './drain.ts';
import { componentChecks, createHealthServer } from './health.ts';
import { createIntakeGate, type IntakeGate } from './intake-gate.ts';
import { LinkBoard } from './links.ts';
import { observeComponent } from './observe/components.ts';
import { collectGauges } from './observe/gauges.ts';
import { RedisMonitor } from './redis-monitor.ts';
import { Resources } from './resources.ts';
import type { Role } from './roles.ts';
import type { Backends } from './servers.ts';
import { type Bus, wireBus } from './wiring/bus.ts';
import { wireFleet, wirePresence } from './wiring/fleet.ts';
import { wireIntake } from './wiring/intake.ts';
import { type Reloads, wireReload } from './wiring/reload.ts';
import { componentsOf, type Held, share, type Together } from './wiring/share.ts';
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
export interface Platform extends Reloads {
  readonly links: LinkBoard;
  /** Why nobody is allowed anything; null when the policy is sound. */
  readonly policyFault: string | null;
  /** Resolves when all hard parts are ready; soft ones join when they are there. */
  start(): Promise<void>;
  /** What components read when they start from now on. */
  settle(config: Config): void;
  /** The files of its chain's missions, as the chain names them now. */
  missionFiles(): readonly string[];
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
  const { config, backends, clock } = deps;
  const held: Held = {};
  const links = new LinkBoard({ clock, onChange: deps.onLink });
  links.alsoCheck(() => componentChecks(componentsOf(held)));
  const redisLink = links.add('redis', { hard: true, staleAfterMs: 5_000 });
  redisLink.connecting(backends.redis.said);
  const shared = await share(deps, links, options.roles, held);
  const health = createHealthServer(config.health, shared);
  collectGauges(shared);
  const bus = wireBus(shared);
  held.gas = bus.gas;
  const { intake, completer, approvals } = wireIntake(shared);
  const gate = createIntakeGate(intake);
  const surfaces = wireSurfaces(shared, { intake: gate.intake, completer }, deps.terminal);
  const resources = new Resources({ clock }, [
    { name: 'swarmline', pid: () => process.pid },
    ...serversOf(backends).map((server) => ({ name: server.name, pid: () => server.pid })),
  ]);
  held.resources = resources;
  const presence = wirePresence(shared, deps.version ?? null);
  const supervisor = new Supervisor(
    arrange(deps, { shared, bus, surfaces, redisLink, resources, approvals, presence }),
    {
      clock,
      onEvent: (event) => {
        observeComponent(shared, event);
        deps.onComponent?.(event);
      },
    },
  );
  held.supervisor = supervisor;
  const print = (text: string) => {
    if (surfaces.console) surfaces.console.print(text);
    else deps.terminal.output.write(`${text}\n`);
  };
  return {
    links,
    policyFault: shared.policy.broken,
    settle: shared.settle,
    ...wireReload(shared, { restart: (name) => supervisor.restart(name), tell: print }),
    missionFiles: () => shared.chain.files,
    start: async () => {
      await health?.start();
      shared.alerting.start();
      await supervisor.start();
      // What the others know of this process is of when it began: without this they say that its parts are not there.
      await presence.renew().catch(() => undefined);
    },
    restart: (component) => supervisor.restart(component),
    resetComponent: (component) => supervisor.reset(component),
    stop: () => drain(endOf(shared, { supervisor, health, gate }), config.drain),
    print,
  };
}

interface Ending {
  readonly supervisor: Supervisor;
  readonly health: HealthServer | undefined;
  readonly gate: IntakeGate;
}

/** The steps of its end. */
function endOf(shared: Together, { supervisor, health, gate }: Ending): DrainSteps {
  const { clock, logger, links, alerting } = shared;
  return {
    clock,
    logger,
    wasReady: () => links.readiness().ready,
    notReady: () => links.drain(),
    closeIntake: () => gate.close(),
    stopParts: async (deadlineMs) => alerting.stop(await supervisor.stop(deadlineMs)),
    closeShared: async () => {
      await health?.stop();
      await shared.jobs.close().catch(() => undefined);
      await shared.queues.close().catch(() => undefined);
      await shared.tracer.close();
      closeRedis(shared.redis);
    },
  };
}

/** The servers that run as children of this process. */
function serversOf({ redis, rabbitmq }: Backends): EmbeddedServer[] {
  return [redis.server, rabbitmq.server].filter((server) => server !== null);
}

interface Wired {
  readonly shared: Together;
  readonly bus: Bus;
  readonly surfaces: Surfaces;
  readonly redisLink: Link;
  readonly resources: Resources;
  readonly approvals: ApprovalWork;
  readonly presence: Registration;
}

/** Every part in its place. Who stops before whom follows the drain: intake, jobs, transports, connections, servers. */
function arrange(deps: PlatformDeps, wired: Wired): Part[] {
  const { shared, bus, surfaces, redisLink, resources, approvals } = wired;
  const { config, backends, clock } = deps;
  const servers = serversOf(backends);
  const own = backends.redis.server === null ? [] : [backends.redis.server.name];
  const pipeline = shared.roles.includes('pipeline')
    ? [
        ...[shared.pipeline.watcher, shared.pipeline.schedule],
        ...[shared.pipeline.alerts, shared.pipeline.stalls, shared.pipeline.boards],
      ]
    : [];
  const workers = wireWorkers(shared, {
    control: bus.control,
    ...surfaces,
    approvals,
    isLate: () => resources.isLate,
  });
  // The console begins last and ends first; what is reported to it meanwhile is still printed.
  const transports = surfaces.parts.filter(({ service }) => service !== surfaces.console);
  const rest = surfaces.parts.filter(({ service }) => service === surfaces.console);
  const fleet = [
    ...[resources, ...wireFleet(shared, wired.presence), shared.resets, shared.audit.watch],
    ...(shared.wishes ? [shared.wishes] : []),
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
