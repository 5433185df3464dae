// Wires one sidecar: a program, its service name and the bus. Kept apart from the face of app, which loads the whole platform.
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createSidecar } from '../bridge/index.ts';
import type { Clock } from '../core/clock.ts';
import { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import { localRabbitUrl } from './servers.ts';

export interface SidecarProcess {
  readonly service: string;
  readonly program: string;
  readonly args: readonly string[];
  /** TCP port on 127.0.0.1 whose acceptance means ready; absent: staying up means ready. */
  readonly readyPort?: number;
  /** Of Swarmline. */
  readonly version?: string;
}

/**
 * Creates the sidecar; its start begins the program and does not wait for RabbitMQ. SWARMLINE_HOME remembers the program.
 * Without RABBITMQ_URL it takes the broker that runs in SWARMLINE_HOME.
 */
export async function createSidecarProcess(
  { clock, logger, env }: { readonly clock: Clock; readonly logger: Logger; readonly env: NodeJS.ProcessEnv },
  options: SidecarProcess,
): Promise<Service> {
  const link = new Link({
    name: 'rabbitmq',
    hard: false,
    clock,
    onChange: ({ state, detail }) => logger.info({ service: options.service, state, detail }, 'rabbitmq'),
  });
  const home = resolve(env['SWARMLINE_HOME'] || '.swarmline');
  const url = env['RABBITMQ_URL'] || (await localRabbitUrl(home));
  const noteFile = join(home, 'run', 'sidecars', `${options.service}.json`);
  return createSidecar({ link, clock, logger }, { ...options, host: hostname(), url, noteFile });
}
