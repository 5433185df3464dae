// The HTTP face on loopback: probes and metrics without a key, everything else for the token of the token file or a key.
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { AuditRecord, AuditSink, Policy } from '../access/index.ts';
import type { CommandIntake } from '../commands/index.ts';
import type { ComponentResetter, DeliveryLedger } from '../contracts/ports.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import type { ApiKeys } from './api-keys.ts';
import { bearerOf, type Caller, createDoor, type Door } from './door.ts';
import { registerMcp } from './mcp/route.ts';
import { registerMetrics, type Scraper } from './metrics.ts';
import { refuseRaw, registerNoRoute } from './no-route.ts';
import { describeApi } from './openapi/describe.ts';
import { type Readiness, registerProbes } from './probes.ts';
import type { QueueBoard } from './queues/board.ts';
import { registerQueuePage } from './queues/page.ts';
import { createSessions } from './queues/session.ts';
import { fail, failureOf } from './refusals.ts';
import type { Results } from './results.ts';
import { registerAgents, type Swarm } from './routes/agents.ts';
import { registerAudit } from './routes/audit.ts';
import { registerCommands } from './routes/commands.ts';
import { registerComponents } from './routes/components.ts';
import { registerOutcomes } from './routes/outcomes.ts';
import { ensureToken } from './token.ts';

export interface ApiDeps {
  readonly intake: CommandIntake;
  readonly policy: Policy;
  readonly keys: ApiKeys;
  readonly results: Results;
  readonly ledger: DeliveryLedger;
  readonly components: ComponentResetter;
  readonly swarm: Swarm;
  readonly logger: Logger;
  readonly faults: FaultSink;
  /** Null where the probes have a port of their own. */
  readonly readiness: (() => Readiness) | null;
  readonly now: () => number;
  /** Absent: no /metrics here. */
  readonly scrape?: Scraper;
  /** Opens the queues when somebody looks at their page; absent: no /queues here. */
  readonly openQueues?: () => Promise<QueueBoard>;
  /** Null: nothing that is no command is recorded, and the page of the queues only shows. */
  readonly audit: AuditSink | null;
  readonly record: Pick<AuditRecord, 'query' | 'lines'>;
}

export interface ApiOptions {
  /** Listens on 127.0.0.1 alone. */
  readonly port: number;
  readonly tokenFile: string;
  /** Of the package; default `unknown`. */
  readonly version?: string;
}

/** The HTTP server; see docs/guides/http-api.md for its routes. */
export class ApiServer extends Service {
  readonly #deps: ApiDeps;
  readonly #options: ApiOptions;

  constructor(deps: ApiDeps, options: ApiOptions) {
    super({ name: 'api' });
    this.#deps = deps;
    this.#options = options;
  }

  /** @throws SwarmError PORT_IN_USE when it cannot listen there */
  protected async onStart(): Promise<void> {
    const { tokenFile, port } = this.#options;
    const token = await ensureToken(tokenFile);
    const door = createDoor(this.#deps, { token, tokenFile });
    const server = this.#server();
    this.release(() => server.close());
    const { readiness, now, scrape, openQueues } = this.#deps;
    registerNoRoute(server);
    if (readiness) registerProbes(server, { readiness, now });
    if (scrape) registerMetrics(server, scrape);
    await server.register((scope: FastifyInstance) => {
      const callerOf = guard(scope, door);
      scope.get('/openapi.json', () =>
        describeApi(this.#deps.intake.specs, this.#options.version ?? 'unknown'),
      );
      registerCommands(scope, { ...this.#deps, callerOf });
      registerOutcomes(scope, { ...this.#deps, callerOf });
      registerAgents(scope, { ...this.#deps, callerOf });
      registerMcp(scope, { ...this.#deps, callerOf }, { version: this.#options.version ?? 'unknown' });
      registerComponents(scope, { ...this.#deps, callerOf });
      registerAudit(scope, { ...this.#deps, callerOf });
      return Promise.resolve();
    });
    if (openQueues) {
      const sessions = createSessions(this.#deps, { token });
      this.release(await registerQueuePage(server, { ...this.#deps, openQueues, door, sessions }));
    }
    try {
      await server.listen({ host: '127.0.0.1', port });
    } catch (cause) {
      throw new SwarmError(
        coreErrors.portInUse,
        `cannot listen on 127.0.0.1:${port}; set SWARMLINE_API_PORT to a free port, or stop what holds it`,
        { cause },
      );
    }
  }

  #server(): FastifyInstance {
    const server = fastify({
      logger: false,
      bodyLimit: 65_536,
      forceCloseConnections: true,
      clientErrorHandler: refuseRaw,
      frameworkErrors: (thrown, _request, reply) => void fail(reply, failureOf(thrown, this.#deps)),
    });
    // Fastify takes text by itself; here a body is JSON.
    server.removeContentTypeParser('text/plain');
    server.setErrorHandler((thrown, _request, reply) => fail(reply, failureOf(thrown, this.#deps)));
    return server;
  }
}

/** Lets nobody into a scope whom the door does not know. */
function guard(scope: FastifyInstance, door: Door): (request: FastifyRequest) => Caller {
  const callers = new WeakMap<FastifyRequest, Caller>();
  scope.addHook('onRequest', async (request, reply) => {
    const admission = await door.admit(bearerOf(request.headers.authorization), request.ip);
    if (admission.ok) {
      callers.set(request, admission.caller);
      return;
    }
    const { failure, retryAfterMs } = admission;
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
    await fail(reply, failure);
  });
  return (request) => {
    const caller = callers.get(request);
    if (!caller) throw new SwarmError(coreErrors.unexpected, 'a request came past the door');
    return caller;
  };
}
