// The demo world: agents, a drone and services that act on Swarmline only from outside: files, RabbitMQ, sidecars.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDronePublisher } from '../bridge/index.ts';
import type { Clock } from '../core/clock.ts';
import { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { freePort, processStart } from '../core/servers/index.ts';
import { playAgent } from './agent.ts';
import { demoAgents, demoDrone, demoServices, demoWorkspace } from './cast.ts';
import { playDrone } from './drone.ts';

export interface DemoWorldOptions {
  readonly home: string;
  readonly rabbitUrl: string;
  /** How to run our own CLI: program and leading arguments. */
  readonly cli: readonly [string, ...string[]];
  /** Time per task of an agent, ms. */
  readonly taskMs: number;
}

// After a crash of the platform the world goes on for this long, so that the next start finds its services running.
const orphanGraceMs = 60_000;
const respawnAfterMs = 1_000;

/** Plays until the signal fires, or until no platform has run for a minute. Leaves no process behind. */
export async function playDemoWorld(
  deps: { readonly clock: Clock; readonly logger: Logger },
  options: DemoWorldOptions,
  stop: AbortSignal,
): Promise<void> {
  const { clock, logger } = deps;
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const link = new Link({ name: 'rabbitmq', hard: false, clock });
  const publisher = createDronePublisher({ link, clock, logger }, { url: options.rabbitUrl });
  await publisher.start();
  const parts = [
    ...demoServices.map((service) => keepSidecar(service, { clock, ...options }, signal)),
    ...demoAgents.map((id, index) =>
      playAgent(
        { id, workspace: demoWorkspace(options.home, id), first: index === 0, taskMs: options.taskMs },
        clock,
        signal,
      ),
    ),
    playDrone(publisher, { drone: demoDrone, clock }, signal),
    untilOrphaned(options.home, clock, signal).then(() => over.abort()),
  ];
  try {
    await Promise.all(parts);
  } finally {
    // Also when one part fails: a sidecar that nobody waits for would outlive this process.
    over.abort();
    await Promise.allSettled(parts);
    await publisher.stop();
  }
}

async function keepSidecar(
  service: string,
  { clock, ...options }: DemoWorldOptions & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const [program, ...leading] = options.cli;
  // The service listens once it has warmed up; that, and not merely being alive, is what its sidecar calls ready.
  const port = String(await freePort());
  const script = [
    'sidecar',
    '--service',
    service,
    '--ready-port',
    port,
    '--',
    program,
    ...leading,
    'demo',
    'service',
    service,
    port,
  ];
  const env = { ...processEnvironment(options), RABBITMQ_URL: options.rabbitUrl };
  while (!signal.aborted) {
    const child = spawn(program, [...leading, ...script], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    await ended(child);
    signal.removeEventListener('abort', stop);
    // What ends at once would otherwise be spawned as fast as the machine can.
    await clock.sleep(respawnAfterMs, signal).catch(() => undefined);
  }
}

function processEnvironment({ home }: DemoWorldOptions): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', SWARMLINE_HOME: home };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function untilOrphaned(home: string, clock: Clock, signal: AbortSignal): Promise<void> {
  let lastSeen = clock.now();
  while (!signal.aborted && clock.now() - lastSeen < orphanGraceMs) {
    if (await platformRuns(home)) lastSeen = clock.now();
    await clock.sleep(1_000, signal).catch(() => undefined);
  }
}

async function platformRuns(home: string): Promise<boolean> {
  const text = await readFile(join(home, 'run/platform.json'), 'utf8').catch(() => '');
  const pid = Number(/"pid":(\d+)/.exec(text)?.[1]);
  return pid > 0 && (await processStart(pid)) !== null;
}
