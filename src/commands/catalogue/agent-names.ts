// What the commands about agents share: which agents there are, what is wrong with a name, and the order that becomes a job.
import { principalOf } from '../../access/index.ts';
import type { AgentView } from '../../contracts/agents.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobBody, JobName, JobOrder } from '../../contracts/jobs.ts';
import { nearest } from '../parse.ts';
import type { ActionCall, ArgSpec, CommandPorts } from '../spec.ts';

/** What a person types for every agent. */
const allAgents = 'all';

/** The ids of all agents there are. */
export async function agentNames({ agents }: Pick<CommandPorts, 'agents'>): Promise<readonly string[]> {
  return (await agents.agents()).map(({ agent }) => agent);
}

/** An argument that names one agent. */
export function agentArg(description: string): ArgSpec {
  return { name: 'agent', description, required: true, candidates: agentNames };
}

/** An argument that names one agent to whom something is given; one without an inbox is known, and not offered for it. */
export function receiverArg(description: string): ArgSpec {
  return { ...agentArg(description), candidates: receiverNames, known: agentNames };
}

/** An argument that names one agent or all of them; not given, it is all. */
export function agentOrAllArg(description: string): ArgSpec {
  const candidates = async (ports: CommandPorts) => [...(await agentNames(ports)), allAgents];
  return { name: 'agent', description, required: false, candidates };
}

/** The agent that is meant; null is all. */
export function agentOrAll(name: string | undefined): string | null {
  return name === undefined || name.toLowerCase() === allAgents ? null : name;
}

// An action takes no name in another case: permissions are given by the very name.
/** Why no order can be about `name`; null when one can. */
export async function objectionTo(name: string, ports: CommandPorts): Promise<string | null> {
  const names = await agentNames(ports);
  if (names.includes(name)) return null;
  const shown = `\`${name.slice(0, 64)}\``;
  const begun = names.filter((one) => one.toLowerCase().startsWith(name.toLowerCase()));
  if (begun.length > 1) return `${shown} may be ${begun.slice(0, 5).join(', ')}; write the whole name.`;
  const guess = begun[0] ?? nearest(name, names);
  return `No agent is called ${shown}. ${guess === null ? '`agents` lists them.' : `Did you mean \`${guess}\`?`}`;
}

/** Why nothing can be given to `name`; null when something can. */
export async function objectionToGiving(name: string, ports: CommandPorts): Promise<string | null> {
  if (!(await inboxless(ports)).includes(name)) return objectionTo(name, ports);
  return `${name} has no inbox, so nothing can be given to it but the \`answer\` to a question of its own. Give it one in pipeline.agents, such as \`inbox: { kind: pull }\`.`;
}

/** Why none of an agent's checkpoints is ahead, where it has told no mission or its record cannot be read; else null. */
export function whyNoMission({ epoch, isUnreadable }: AgentView): string | null {
  if (isUnreadable) return 'has a record in Redis that cannot be read';
  return epoch === 0 ? 'has told no mission yet' : null;
}

/** The ids of those to whom something can be given. */
async function receiverNames({ agents }: Pick<CommandPorts, 'agents'>): Promise<readonly string[]> {
  return (await agents.agents()).flatMap(({ agent, hasInbox }) => (hasInbox ? [agent] : []));
}

/** The agents to whom nothing can be given. */
export async function inboxless({ agents }: Pick<CommandPorts, 'agents'>): Promise<readonly string[]> {
  return (await agents.agents()).flatMap(({ agent, hasInbox }) => (hasInbox ? [] : [agent]));
}

/** The job of an action: the same however often its confirmation arrives. */
export function jobOf<N extends JobName>(name: N, call: ActionCall, body: JobBody<N>): JobOrder<N> {
  const { correlationId, identity } = call;
  return {
    name,
    id: derivedId(name, correlationId),
    correlationId,
    causationId: null,
    principal: principalOf(identity),
    body,
  };
}

/** Who orders, and where they are told, as every job about agents has it. */
export function orderedBy({ identity, replyTo }: ActionCall): {
  readonly by: string;
  readonly replyTo: ActionCall['replyTo'];
} {
  // Where nobody is logged in the name is `you`, which is somebody else to whoever reads it.
  const isNamed = identity.surface === 'discord' || identity.surface === 'twitch';
  return { by: isNamed && identity.name !== '' ? identity.name : principalOf(identity), replyTo };
}
