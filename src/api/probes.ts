// The probes: /livez, /readyz (whole, or one check of it) and /startupz. Every answer comes from memory: a probe must
// not wait for what it judges. They need no token, so they carry no secret; HEAD gives the same status without a body.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { domainErrors } from '../contracts/errors.ts';
import type { ProcessView, ReadinessState } from '../contracts/system.ts';
import type { Check } from '../core/health.ts';
import { fail } from './refusals.ts';

/** What a process makes of itself. */
export interface Readiness {
  readonly ready: boolean;
  /** Whether everything hard has been up once; never taken back. */
  readonly started: boolean;
  readonly status: ReadinessState;
  /** What is to blame when it is not well. */
  readonly because: readonly string[];
  readonly links: ProcessView['links'];
  /** How often each enabled link was lost lately. */
  readonly losses: Readonly<Record<string, number>>;
  /** Checks of parts that are no links. */
  readonly others: readonly Check[];
}

export interface ProbeDeps {
  readonly readiness: () => Readiness;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Puts the probes on a server; fastify answers HEAD for each GET by itself. */
export function registerProbes(server: FastifyInstance, deps: ProbeDeps): void {
  // That it answers is the proof: a stuck event loop answers nothing, and the probe runs into its time-out.
  server.get('/livez', (_request, reply) => answer(reply, true, { status: 'alive' }));
  server.get('/startupz', (_request, reply) => {
    const { started, because } = deps.readiness();
    return answer(reply, started, {
      status: started ? 'started' : 'starting',
      because: started ? [] : because,
    });
  });
  server.get('/readyz', (_request, reply) => {
    const readiness = deps.readiness();
    const { ready, status, because } = readiness;
    return answer(reply, ready, { status, because, checks: checksOf(readiness, deps.now()) });
  });
  // For whoever depends on one link alone: a soft one that is lost leaves the whole ready, and this is 503.
  server.get<{ Params: { check: string } }>('/readyz/:check', (request, reply) => {
    const check = checksOf(deps.readiness(), deps.now()).find(({ name }) => name === request.params.check);
    if (check) return answer(reply, check.well, check);
    const message = `there is no check ${request.params.check}`;
    return fail(reply, { status: 404, kind: domainErrors.routeUnknown, message, where: 'path' });
  });
}

function answer(reply: FastifyReply, well: boolean, body: object): FastifyReply {
  return reply
    .code(well ? 200 : 503)
    .header('cache-control', 'no-store')
    .send(body);
}

interface CheckView {
  readonly name: string;
  readonly hard: boolean;
  readonly well: boolean;
  readonly [more: string]: unknown;
}

function checksOf({ links, losses, others }: Readiness, now: number): CheckView[] {
  // A clock that was set back would make ages negative.
  const age = (at: number) => Math.max(0, now - at) / 1000;
  const seen = (times: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(times).map(([kind, at]) => [kind, age(at)]));
  return [
    ...links.map((link) => ({
      name: link.name,
      hard: link.hard,
      well: ['up', 'off', 'standby'].includes(link.state),
      state: link.state,
      detail: link.detail,
      ageSeconds: link.lastProofAt === null ? null : age(link.lastProofAt),
      seenSecondsAgo: seen(link.seen),
      recreated: link.recreated,
      losses: losses[link.name] ?? 0,
    })),
    ...others.map(({ name, hard, health, detail }) => ({
      name,
      hard,
      well: health !== 'unhealthy',
      state: health,
      detail,
      ageSeconds: 0,
    })),
  ];
}
