// Whether somebody may speak as an agent. That is asked before whether the agent exists: a key learns nothing of agents
// that are not its own.
import { principalOf } from '../access/index.ts';
import { nearest, type Reply } from '../commands/index.ts';
import { wordOf } from '../contracts/agents.ts';
import type { Caller } from './door.ts';
import { type DeedDeps, decide, denied } from './routes/context.ts';

export type AgentAdmission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'denied'; readonly refusal: Extract<Reply, { kind: 'refusal' }> }
  | { readonly kind: 'unknown'; readonly message: string };

export interface AdmissionDeps extends DeedDeps {
  readonly swarm: {
    /** Ids of the configured agents. */
    readonly agents: readonly string[];
  };
}

/** Of what is allowed nothing is recorded: it comes many times a second. */
export async function admitAgent(
  deps: AdmissionDeps,
  caller: Caller,
  { agent, command }: { readonly agent: string; readonly command: string },
): Promise<AgentAdmission> {
  const deed = { permission: `agent.report:${agent}`, command, args: { agent } };
  const refusal = await denied(deps, caller, deed, { records: 'refusals' });
  if (refusal !== null) return { kind: 'denied', refusal };
  const { agents } = deps.swarm;
  if (agents.includes(agent)) return { kind: 'admitted' };
  const guess = nearest(agent, agents);
  const there = `configured are ${agents.slice(0, 20).join(', ') || 'none'}`;
  const message = `no agent is called ${agent}; ${guess === null ? there : `did you mean ${guess}?`}`;
  return { kind: 'unknown', message };
}

/**
 * Who fetches or acknowledges gas, as the detail of its step, or reports progress; undefined: the agent itself. As at a delivery: whoever may do it for
 * all agents is none of them.
 */
export async function wordFor(deps: DeedDeps, caller: Caller): Promise<string | undefined> {
  const { blockedBy } = await decide(deps, caller, 'gas.acknowledge');
  return blockedBy === null ? `${wordOf}${principalOf(caller.identity)}` : undefined;
}
