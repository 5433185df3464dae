// The HTTP face on loopback: probes and metrics without a key, everything else with the token of the token file.
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import type { CommandIntake, RefusalCode, Reply } from '../commands/index.ts';
import type { ResetAnswer } from '../contracts/components.ts';
import { domainErrors } from '../contracts/errors.ts';
import { randomId } from '../contracts/ids.ts';
import type { ComponentResetter, DeliveryLedger } from '../contracts/ports.ts';
import {
  chatText,
  coreErrors,
  type ErrorClass,
  type ErrorKind,
  SwarmError,
  toSwarmError,
} from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import { inputFault } from '../core/input-faults.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import { registerMetrics, type Scraper } from './metrics.ts';
import { type Readiness, registerProbes } from './probes.ts';
import type { Results } from './results.ts';
import { ensureToken, isAuthorised } from './token.ts';

export interface ApiDeps {
  readonly intake: CommandIntake;
  readonly results: Results;
  readonly ledger: DeliveryLedger;
  readonly components: ComponentResetter;
  readonly logger: Logger;
  readonly faults: FaultSink;
  /** Null where the probes have a port of their own. */
  readonly readiness: (() => Readiness) | null;
  readonly now: () => number;
  /** Absent: no /metrics here. */
  readonly scrape?: Scraper;
}

export interface ApiOptions {
  /** Listens on 127.0.0.1 alone. */
  readonly port: number;
  readonly tokenFile: string;
}

const httpStatus: Readonly<Record<RefusalCode, number>> = {
  empty: 400,
  'unknown-command': 404,
  'bad-argument': 400,
  denied: 403,
  'no-confirmation': 404,
  decided: 409,
  unavailable: 503,
};

const identity = { surface: 'cli', id: 'local', name: 'you' } as const;
const replyTo = { surface: 'cli', place: 'local' } as const;
const runBody = z.strictObject({ line: z.string().max(1_000) });
const decisionBody = z.strictObject({
  verdict: z.enum(['yes', 'no']),
  typed: z.string().max(200).exactOptional(),
  reason: z.string().max(200).exactOptional(),
});
const afterQuery = z.object({
  after: z.coerce.number().int().default(-1),
  waitMs: z.coerce.number().int().min(0).max(25_000).default(0),
});
const ackBody = z.strictObject({ state: z.enum(['accepted', 'working']).default('accepted') });
const nameParam = z.object({ name: z.string().min(1).max(64) });
const idParam = z.object({ id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/) });

/** The HTTP server; see docs/architecture.md for its routes. */
export class ApiServer extends Service {
  readonly #deps: ApiDeps;
  readonly #options: ApiOptions;

  constructor(deps: ApiDeps, options: ApiOptions) {
    super({ name: 'api' });
    this.#deps = deps;
    this.#options = options;
  }

  protected async onStart(): Promise<void> {
    const token = await ensureToken(this.#options.tokenFile);
    const server = fastify({ logger: false, bodyLimit: 65_536, forceCloseConnections: true });
    this.release(() => server.close());
    server.setErrorHandler((thrown, _request, reply) => this.#refuse(thrown, reply));
    server.setNotFoundHandler((request, reply) =>
      fail(reply, 404, domainErrors.routeUnknown, `there is no ${request.method} ${request.url}`),
    );
    const { readiness, now, scrape } = this.#deps;
    if (readiness) registerProbes(server, { readiness, now });
    if (scrape) registerMetrics(server, scrape);
    await server.register((scope: FastifyInstance) => {
      scope.addHook('onRequest', async (request, reply) => {
        if (!isAuthorised(request.headers.authorization, token)) {
          const hint = `send the token of ${this.#options.tokenFile} as Authorization: Bearer`;
          await fail(reply, 401, domainErrors.unauthorised, hint);
        }
      });
      this.#commands(scope);
      return Promise.resolve();
    });
    try {
      await server.listen({ host: '127.0.0.1', port: this.#options.port });
    } catch (cause) {
      throw new SwarmError(
        coreErrors.portInUse,
        `cannot listen on 127.0.0.1:${this.#options.port}; set SWARMLINE_API_PORT to a free port, or stop what holds it`,
        { cause },
      );
    }
  }

  #commands(scope: FastifyInstance): void {
    const { intake, results, ledger, components } = this.#deps;
    scope.post('/v1/run', async (request, reply) => {
      const { line } = runBody.parse(request.body);
      const key = z.string().max(100).optional().parse(request.headers['idempotency-key']);
      const id = `http-${key ?? randomId()}`;
      await send(reply, await intake.handle({ id, identity, replyTo, input: { kind: 'line', line } }));
    });
    scope.post('/v1/confirmations/:id', async (request, reply) => {
      const { id } = idParam.parse(request.params);
      const word = decisionBody.parse(request.body);
      await send(reply, await intake.decide({ confirmationId: id, ...word, identity, replyTo }));
    });
    scope.get('/v1/results/:id', async (request, reply) => {
      const { id } = idParam.parse(request.params);
      const { after, waitMs } = afterQuery.parse(request.query);
      const report = await results.next(id, after, waitMs);
      if (report) await reply.send(report);
      else await reply.code(204).send();
    });
    scope.post('/v1/deliveries/:id/ack', async (request) => {
      const { id } = idParam.parse(request.params);
      const { state } = ackBody.parse(request.body ?? {});
      return ledger.record(id, { state, detail: 'acknowledged over HTTP' });
    });
    scope.post('/v1/components/:name/reset', async (request, reply) => {
      const { name } = nameParam.parse(request.params);
      const answer = await components.reset(name);
      if (answer.processes.length > 0) await reply.send(answer);
      else await fail(reply, 404, coreErrors.componentUnknown, nobodyHas(answer));
    });
  }

  async #refuse(thrown: unknown, reply: FastifyReply): Promise<void> {
    const refused = inputFault(thrown, domainErrors.requestInvalid);
    if (refused) return fail(reply, 400, refused.kind, refused.message);
    const framework = frameworkError.safeParse(thrown);
    if (framework.success) {
      const { statusCode, message } = framework.data;
      return fail(reply, statusCode, domainErrors.requestInvalid, message);
    }
    const error = toSwarmError(thrown);
    const incident = randomId();
    this.#deps.logger.warn(
      { code: error.code, error: error.message, incident },
      'a request could not be answered',
    );
    this.#deps.faults.fault(error, 'api');
    return fail(reply, errorStatus[error.kind.class] ?? 500, error.kind, chatText(error, incident));
  }
}

function nobodyHas({ component, known, silent, unasked }: ResetAnswer): string {
  const doubts = [
    ...silent.map(({ pid, roles }) => `process ${pid} (${roles.join(', ')}) did not answer`),
    ...(unasked === null ? [] : [`other processes could not be asked: ${unasked}`]),
  ];
  const told = `no component is called ${component}; there are ${known.join(', ')}`;
  return [told, ...doubts].join('; ');
}

const frameworkError = z.object({ statusCode: z.number().min(400).max(499), message: z.string() });
const errorStatus: Partial<Readonly<Record<ErrorClass, number>>> = {
  validation: 400,
  'not-found': 404,
  conflict: 409,
  'rate-limited': 429,
  transient: 503,
  dependency: 503,
};

/** The one shape of an error: a code of the catalogues and a sentence. A refused command is a reply, and has its own. */
async function fail(
  reply: FastifyReply,
  status: number,
  { code }: ErrorKind,
  message: string,
): Promise<void> {
  await reply.code(status).send({ error: code, message });
}

async function send(reply: FastifyReply, answer: Reply): Promise<void> {
  await reply.code(answer.kind === 'refusal' ? httpStatus[answer.code] : 200).send(answer);
}
