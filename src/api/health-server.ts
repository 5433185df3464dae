// The probes and /metrics on a port of their own, for a process without an HTTP face or with one that outsiders must not reach.
import fastify from 'fastify';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { Service } from '../core/service.ts';
import { registerMetrics, type Scraper } from './metrics.ts';
import { type ProbeDeps, registerProbes } from './probes.ts';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
}

export interface HealthDeps extends ProbeDeps {
  /** Absent: no /metrics here. */
  readonly scrape?: Scraper;
}

/** Starts before everything that it tells about, and stops after it. */
export class HealthServer extends Service {
  readonly #deps: HealthDeps;
  readonly #options: HealthServerOptions;

  constructor(deps: HealthDeps, options: HealthServerOptions) {
    super({ name: 'health' });
    this.#deps = deps;
    this.#options = options;
  }

  /** @throws SwarmError PORT_IN_USE when it cannot listen there */
  protected async onStart(): Promise<void> {
    const { host, port } = this.#options;
    const server = fastify({ logger: false, forceCloseConnections: true });
    this.release(() => server.close());
    registerProbes(server, this.#deps);
    if (this.#deps.scrape) registerMetrics(server, this.#deps.scrape);
    try {
      await server.listen({ host, port });
    } catch (cause) {
      throw new SwarmError(
        coreErrors.portInUse,
        `cannot listen on ${host}:${port} for the probes; set health.port to a free port`,
        { cause },
      );
    }
  }
}
