// MCP over HTTP, behind the same door as everything else. The SDK is loaded by the first who speaks it.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { agentIdSchema } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import type { FaultSink } from '../../core/faults.ts';
import { admitAgent, wordFor } from '../agent-admission.ts';
import type { Caller } from '../door.ts';
import { failureOf, parsePart } from '../refusals.ts';
import { type AgentDeps, untilGone } from '../routes/agents.ts';
import { exchange } from './server.ts';
import { makeTools } from './tools.ts';

export const mcpQuery = z.object({
  agent: agentIdSchema.optional().describe('whoever speaks; absent: each call says so'),
});

export interface McpDeps extends AgentDeps {
  readonly faults: FaultSink;
}

export function registerMcp(
  scope: FastifyInstance,
  deps: McpDeps,
  options: { readonly version: string },
): void {
  scope.post('/mcp', async (request, reply) => {
    const { agent = null } = parsePart('query', mcpQuery, request.query);
    const caller = deps.callerOf(request);
    const word = () => wordFor(deps, caller);
    const tools = makeTools({ swarm: deps.swarm, admit: makeAdmit(deps, caller), word }, agent);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const asked = new Request(`http://127.0.0.1${request.url}`, { method: 'POST', headers });
    const answer = await exchange(asked, request.body, {
      ...{ ...options, tools, gone: untilGone(reply) },
      failureOf: (thrown) => failureOf(thrown, deps),
    });
    return reply
      .code(answer.status)
      .headers(Object.fromEntries(answer.headers))
      .send(await answer.text());
  });
}

function makeAdmit(deps: AgentDeps, caller: Caller) {
  return async (agent: string, tool: string): Promise<void> => {
    const admission = await admitAgent(deps, caller, { agent, command: `mcp ${tool}` });
    if (admission.kind === 'denied') {
      const kind = { ...domainErrors.unauthorised, hint: `Send a key that may speak as ${agent}.` };
      throw new SwarmError(kind, admission.refusal.text.replace(/\.$/, ''));
    }
    if (admission.kind === 'unknown') throw new SwarmError(domainErrors.agentUnknown, admission.message);
  };
}
