// The doors of an agent: how far it is, and what gas waits for it. Who may speak as an agent is asked first, so that a key
// learns nothing of agents that are not its own.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { nearest } from '../../commands/index.ts';
import { agentIdSchema } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { GasDesk } from '../../contracts/mailbox.ts';
import { type ProgressSink, progressWordsSchema } from '../../contracts/progress.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import { type CallerOf, type DeedDeps, denied, idParam } from './context.ts';
import { ackBody } from './outcomes.ts';

/** Seconds; longer than an agent's client is likely to wait would be told to nobody. */
export const gasQuery = z.object({ wait: z.coerce.number().min(0).max(60).default(0) });
export const gasParam = z.object({ id: agentIdSchema, gasId: idParam.shape.id });
export const agentParam = z.object({ id: agentIdSchema });

/** What the agents' doors lead to. */
export interface Swarm {
  /** Ids of the configured agents. */
  readonly agents: readonly string[];
  readonly progress: ProgressSink;
  readonly desk: GasDesk;
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
    return reply.send(await swarm.progress.report({ agent, ...words }));
  });
  scope.get('/v1/agents/:id/gas', async (request, reply) => {
    const agent = await admit(request, reply, { command: 'agent gas' });
    if (agent === null) return reply;
    const { wait } = parsePart('query', gasQuery, request.query);
    if (!swarm.desk.has(agent)) {
      return fail(reply, { status: 409, kind: domainErrors.requestInvalid, message: liesElsewhere(agent) });
    }
    return reply.send({ gas: await swarm.desk.fetch(agent, wait * 1_000, untilGone(reply)) });
  });
  scope.post('/v1/agents/:id/gas/:gasId/ack', async (request, reply) => {
    const agent = await admit(request, reply, { command: 'agent ack' });
    if (agent === null) return reply;
    const { gasId } = parsePart('path', gasParam, request.params);
    const { state } = parsePart('body', ackBody, request.body ?? {});
    return reply.send(await swarm.desk.acknowledge(agent, gasId, state));
  });
}

/** Resolves to the agent that is spoken for; null where the request has been answered with why not. */
function makeAdmission(deps: AgentDeps) {
  const { swarm, callerOf } = deps;
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    { command }: { readonly command: string },
  ): Promise<string | null> => {
    const { id } = parsePart('path', agentParam, request.params);
    const deed = { permission: `agent.report:${id}`, command, args: { agent: id } };
    const refusal = await denied(deps, callerOf(request), deed, { records: 'refusals' });
    if (refusal) {
      await sendReply(reply, refusal);
      return null;
    }
    if (swarm.agents.includes(id)) return id;
    const message = unknownAgent(id, swarm.agents);
    await fail(reply, { status: 404, kind: domainErrors.agentUnknown, message, where: 'path.id' });
    return null;
  };
}

/** What whoever asks for gas that is given out elsewhere reads. */
export function liesElsewhere(agent: string): string {
  return `gas for ${agent} goes into its own inbox; \`inbox: { kind: pull }\` under pipeline.agents keeps it here`;
}

/** Fires when nobody waits for the answer any more. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

/** What whoever named an agent that is not configured reads. */
export function unknownAgent(id: string, agents: readonly string[]): string {
  const guess = nearest(id, agents);
  const there = `configured are ${agents.slice(0, 20).join(', ') || 'none'}`;
  return `no agent is called ${id}; ${guess === null ? there : `did you mean ${guess}?`}`;
}
