// Wires one sidecar: a program, its service name and the bus. Kept apart from the face of app, which loads the whole platform.
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createSidecar } from '../bridge/index.ts';
import type { Clock } from '../core/clock.ts';
import { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { openTracer } from '../core/tracing/index.ts';
import { localRabbitUrl } from './servers.ts';
import { packageVersion } from './version.ts';

export interface SidecarProcess {
  readonly service: string;
  readonly program: string;
  readonly args: readonly string[];
  /** TCP port on 127.0.0.1 whose acceptance means ready; absent: staying up means ready. */
  readonly readyPort?: number;
  /** Of Swarmline. */
  readonly version?: string;
}

/** What a sidecar process gets of the process it runs in. */
export interface SidecarDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** The package's folder. */
  readonly root: string;
}

/** A sidecar, and what ends with it. */
export interface RunningSidecar {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Creates the sidecar; its start begins the program and does not wait for RabbitMQ. SWARMLINE_HOME remembers the program.
 * Without RABBITMQ_URL it takes the broker that runs in SWARMLINE_HOME. OTEL_EXPORTER_OTLP_ENDPOINT turns tracing on.
 */
export async function createSidecarProcess(
  { clock, logger, env, root }: SidecarDeps,
  options: SidecarProcess,
): Promise<RunningSidecar> {
  const link = new Link({
    name: 'rabbitmq',
    hard: false,
    clock,
    onChange: ({ state, detail }) => logger.info({ service: options.service, state, detail }, 'rabbitmq'),
  });
  const home = resolve(env['SWARMLINE_HOME'] || '.swarmline');
  const url = env['RABBITMQ_URL'] || (await localRabbitUrl(home));
  const noteFolder = join(home, 'run', 'sidecars');
  const tracer = await openTracer(
    { logger },
    {
      endpoint: env['OTEL_EXPORTER_OTLP_ENDPOINT'],
      ...{ service: 'swarmline-sidecar', version: await packageVersion(root), instance: options.service },
    },
  );
  const sidecar = createSidecar(
    { link, clock, logger, tracer },
    { ...options, host: hostname(), url, noteFolder },
  );
  return {
    start: () => sidecar.start(),
    stop: async () => {
      await sidecar.stop();
      await tracer.close();
    },
  };
}
