// The doors of an agent over HTTP: how far it is, and what gas waits for it. What an agent is called to do is not here.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { agentIdSchema } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { AskPeople, GasDesk, LookUpQuestion } from '../../contracts/mailbox.ts';
import { type ProgressSink, progressWordsSchema } from '../../contracts/progress.ts';
import { admitAgent, wordFor } from '../agent-admission.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import { type CallerOf, type DeedDeps, idParam } from './context.ts';
import { ackBody } from './outcomes.ts';

/** Seconds; longer than an agent's client is likely to wait would be told to nobody. */
export const gasQuery = z.object({ wait: z.coerce.number().min(0).max(60).default(0) });
export const gasParam = z.object({ id: agentIdSchema, gasId: idParam.shape.id });
export const agentParam = z.object({ id: agentIdSchema });

/** What the agents' doors lead to. */
export interface Swarm {
  /** Ids of the configured agents. */
  readonly agents: readonly string[];
  /** Those to whom nothing can be given. */
  readonly inboxless: readonly string[];
  readonly progress: ProgressSink;
  readonly desk: GasDesk;
  /** Questions of agents to people. */
  readonly ask: AskPeople;
  /** What became of them. */
  readonly lookUp: LookUpQuestion;
  /** What agents have learned, best first; absent: nobody remembers. */
  readonly searchBrain?: (text: string, limit: number) => Promise<readonly Learned[]>;
}

/** What an agent has learned; `at` in ms since the epoch. */
export interface Learned {
  readonly author: string;
  readonly mission: string;
  readonly text: string;
  readonly at: number;
}

export interface AgentDeps extends DeedDeps {
  readonly swarm: Swarm;
  readonly callerOf: CallerOf;
}

export function registerAgents(scope: FastifyInstance, deps: AgentDeps): void {
  const { swarm } = deps;
  const admit = makeAdmission(deps);
  scope.put('/v1/agents/:id/progress', async (request, reply) => {
    const agent = await admit(request, reply, { command: 'agent report' });
    if (agent === null) return reply;
    const words = parsePart('body', progressWordsSchema, request.body);
    const word = await wordFor(deps, deps.callerOf(request));
    return reply.send(await swarm.progress.report({ agent, ...words }, word));
  });
  scope.get('/v1/agents/:id/gas', async (request, reply) => {
    const agent = await admit(request, reply, { command: 'agent gas' });
    if (agent === null) return reply;
    const { wait } = parsePart('query', gasQuery, request.query);
    if (!swarm.desk.has(agent)) {
      const message = liesElsewhere(swarm, agent);
      return fail(reply, { status: 409, kind: domainErrors.requestInvalid, message, where: 'path.id' });
    }
    const gone = untilGone(reply);
    const word = await wordFor(deps, deps.callerOf(request));
    return reply.send({ gas: await swarm.desk.fetch(agent, wait * 1_000, gone, word) });
  });
  scope.post('/v1/agents/:id/gas/:gasId/ack', async (request, reply) => {
    const agent = await admit(request, reply, { command: 'agent ack' });
    if (agent === null) return reply;
    const { gasId } = parsePart('path', gasParam, request.params);
    const { state } = parsePart('body', ackBody, request.body ?? {});
    const word = await wordFor(deps, deps.callerOf(request));
    return reply.send(await swarm.desk.acknowledge(agent, gasId, state, word));
  });
}

/** Resolves to the agent that is spoken for; null where the request has been answered with why not. */
function makeAdmission(deps: AgentDeps) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    { command }: { readonly command: string },
  ): Promise<string | null> => {
    const { id: agent } = parsePart('path', agentParam, request.params);
    const admission = await admitAgent(deps, deps.callerOf(request), { agent, command });
    if (admission.kind === 'admitted') return agent;
    if (admission.kind === 'denied') await sendReply(reply, admission.refusal);
    else {
      const { message } = admission;
      await fail(reply, { status: 404, kind: domainErrors.agentUnknown, message, where: 'path.id' });
    }
    return null;
  };
}

/** What whoever asks for gas that is given out elsewhere reads. */
export function liesElsewhere({ inboxless }: Pick<Swarm, 'inboxless'>, agent: string): string {
  const there = inboxless.includes(agent)
    ? `${agent} has no inbox, so no gas can be given to it`
    : `gas for ${agent} goes into its own inbox`;
  return `${there}; \`inbox: { kind: pull }\` under pipeline.agents keeps it here`;
}

/** Fires when nobody waits for the answer any more. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
