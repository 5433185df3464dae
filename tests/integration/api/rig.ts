// One HTTP face on a port of its own, over the real intake and real Redis; stopped after the test.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditEntry } from '../../../src/access/audit.ts';
import { type AuditSink, createPolicy, type Policy } from '../../../src/access/index.ts';
import {
  ApiServer,
  type ApiSwarm,
  createApiKeys,
  createResults,
  type Readiness,
} from '../../../src/api/index.ts';
import { makeOpenApi } from '../../../src/api/openapi/document.ts';
import { type CommandIntake, catalogue, type Invocation } from '../../../src/commands/index.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { ComponentResetter, DeliveryLedger } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { freePort } from '../../../src/core/servers/index.ts';
import { openBoard } from '../../../src/queue/index.ts';
import { checkAgainst } from '../../support/openapi.ts';
import { delivery, link } from '../../unit/commands/ports.ts';
import { createScene, type SceneOptions } from '../commands/scene.ts';

/** Every answer that a test gets is held against it. */
const description = checkAgainst(makeOpenApi(catalogue, '0.0.0'));
const policy = createPolicy({
  roles: {
    viewer: ['ask', 'queue.show'],
    operator: ['ask', 'service.restart:slam', 'component.reset:*', 'queue.*', 'audit.read'],
  },
  people: {
    owner: { role: 'operator', identities: ['cli:local'] },
    ci: { role: 'operator', identities: ['http:ci'] },
    watch: { role: 'viewer', identities: ['http:watch'] },
  },
});
export const ready: Readiness = {
  ...{ ready: true, started: true, status: 'ready', because: [] },
  ...{ links: [link('redis')], losses: {}, others: [] },
};
export const report = (seq: number, final = false): Report => ({
  to: { surface: 'cli', place: 'local' },
  about: 'c-1',
  kind: 'restart',
  subject: 'slam',
  seq,
  final,
  text: `step ${seq}`,
  steps: [],
});

export const nobodyHasIt: ComponentResetter['reset'] = async (component) => ({
  component,
  processes: [],
  silent: [],
  unasked: null,
  known: ['api', 'redis'],
});

/** No agents at all. */
export const nobody: ApiSwarm = {
  agents: [],
  inboxless: [],
  progress: {
    report: ({ agent }) => Promise.reject(new SwarmError(domainErrors.agentUnknown, `no agent ${agent}`)),
  },
  ask: async () => ({ asked: false, reason: 'nobody is here' }),
  lookUp: () => Promise.reject(new SwarmError(domainErrors.questionUnknown, 'nobody asked')),
  desk: {
    has: () => false,
    fetch: async () => [],
    acknowledge: (_agent, id) => Promise.reject(new SwarmError(domainErrors.deliveryUnknown, `no ${id}`)),
  },
};

export async function open(
  redis: Redis,
  prefix: string,
  given: Partial<{
    readonly readiness: Readiness;
    readonly policy: Policy;
    readonly reset: ComponentResetter['reset'];
    readonly swarm: ApiSwarm;
    readonly logger: Logger;
    readonly limits: SceneOptions['limits'];
    readonly ports: SceneOptions['ports'];
    readonly audit: AuditSink | null;
    /** How often the queues are refused before they open. */
    readonly failsToOpen: number;
  }> = {},
) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-api-'));
  const tokenFile = join(dir, 'api-token');
  const scene = createScene(redis, prefix, {
    policy: given.policy ?? policy,
    ...(given.limits && { limits: given.limits }),
    ...(given.ports && { ports: given.ports }),
  });
  const results = createResults({ redis, clock: systemClock }, { prefix });
  const state = { readiness: given.readiness ?? ready };
  const ledger: DeliveryLedger = {
    state: async () => 'sent',
    find: async (id) => (id === 'g-1' ? delivery(id) : null),
    record: async (id, { state: next, detail }) => {
      if (id !== 'g-1') throw new SwarmError(domainErrors.deliveryUnknown, `no delivery ${id}`);
      return delivery(id, { state: next, steps: [{ state: next, at: 1, detail }] });
    },
  };
  const components: ComponentResetter = { reset: given.reset ?? nobodyHasIt };
  const handled: Invocation[] = [];
  const intake: CommandIntake = {
    ...scene.intake,
    handle: (invocation) => {
      handled.push(invocation);
      return scene.intake.handle(invocation);
    },
  };
  const lines: AuditEntry[] = [];
  const record: AuditSink = {
    append: (entry) => {
      lines.push(entry);
      return Promise.resolve({ ...entry, seq: lines.length, at: 0, hash: '' });
    },
  };
  let failures = given.failsToOpen ?? 0;
  const port = await freePort();
  const server = new ApiServer(
    {
      intake,
      policy: given.policy ?? policy,
      keys: createApiKeys(dir),
      results,
      ledger,
      components,
      swarm: given.swarm ?? nobody,
      logger: given.logger ?? silentLogger,
      faults: new Faults(),
      readiness: () => state.readiness,
      now: () => Date.now(),
      openQueues: async () => {
        if (failures > 0) {
          failures -= 1;
          throw new SwarmError(coreErrors.unreachable, 'connect ECONNREFUSED');
        }
        return openBoard({ redis }, { prefix });
      },
      audit: given.audit === undefined ? record : given.audit,
      record: scene.record,
    },
    { port, tokenFile },
  );
  onTestFinished(async () => {
    await server.stop();
    await rm(dir, { recursive: true });
  });
  await server.start();
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const call = async (method: string, path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, method, headers });
    const text = await response.text();
    const type = response.headers.get('content-type');
    const odd = description.answer({ method, path, status: response.status, type, body: text });
    if (odd !== null) throw new Error(`not as openapi.json says: ${odd}`);
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call('POST', path, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const run = (line: string, headers: Record<string, string> = {}) => post('/v1/run', { line }, headers);
  const keys = createApiKeys(dir);
  return {
    lines,
    scene,
    handled,
    results,
    state,
    server,
    port,
    dir,
    tokenFile,
    token,
    keys,
    call,
    post,
    run,
  };
}
