// The chain as a graph: who hands over to whom, who waits for whom, and what is behind the last. Pure; chain.ts reads the
// file, graph-check.ts says what is wrong with it.
import type { Checkpoint } from '../contracts/agents.ts';

/** What is behind an agent that hands over to nobody: nobody, the beginning again, or the beginning with a new mission. */
export type End = 'loop' | 'stop' | 'next-mission';

/** Whether gas goes to a receiver that already works on earlier gas of the same mission. */
export type GasPolicy = 'always' | 'until-acknowledged';

/** By checkpoint; what is absent goes always. */
interface PolicyOf {
  readonly '90'?: GasPolicy | undefined;
  readonly '100'?: GasPolicy | undefined;
}

/** What the file says of one agent beyond its place in the line. */
export interface AgentLink {
  /** To whom it hands over, all of them; absent: whoever stands behind it in `chain`. */
  readonly next?: readonly string[] | undefined;
  /** When it gets gas that several hand over to it: once all have reached the checkpoint, or the first. Absent: from each. */
  readonly join?: 'all' | 'any' | undefined;
  /** Who gets its gas when it cannot, or does not acknowledge it; tried in this order. */
  readonly fallback?: readonly string[] | undefined;
  /** What is behind it where it hands over to nobody; absent: the chain's own. */
  readonly end?: End | undefined;
  readonly policy?: GasPolicy | PolicyOf | undefined;
}

/** Who hands over to whom. */
export interface Graph {
  /** Each hands over to the one behind it. */
  readonly chain: readonly string[];
  readonly end: End;
  readonly policy?: GasPolicy | undefined;
  readonly agents?: Readonly<Record<string, AgentLink>> | undefined;
}

/** The edges of a graph, looked up once. */
export interface Net {
  /** Everybody who hands over or is handed over to, in the order of the file. */
  readonly members: readonly string[];
  /** To whom each hands over by name; what is behind an end is not among them. */
  readonly next: ReadonlyMap<string, readonly string[]>;
  /** Who hands over to each by name. */
  readonly before: ReadonlyMap<string, readonly string[]>;
}

/** A graph never changes, and each crossing asks for its edges several times: they are looked up once for each graph. */
const nets = new WeakMap<Graph, Net>();

export function netOf(graph: Graph): Net {
  const known = nets.get(graph);
  if (known) return known;
  const net = edgesOf(graph);
  nets.set(graph, net);
  return net;
}

function edgesOf({ chain, agents = {} }: Graph): Net {
  const next = new Map<string, readonly string[]>();
  for (const [at, agent] of chain.entries()) next.set(agent, chain.slice(at + 1, at + 2));
  for (const [agent, link] of Object.entries(agents)) if (link.next) next.set(agent, link.next);
  const members = [...new Set([...next.keys(), ...[...next.values()].flat()])];
  const before = new Map<string, string[]>(members.map((agent) => [agent, []]));
  for (const [agent, all] of next) for (const one of new Set(all)) before.get(one)?.push(agent);
  return { members, next, before };
}

/** What is behind an agent that hands over to nobody; null for one that does, and outside of the chain. */
export function endOf(graph: Graph, agent: string): End | null {
  const { next, before } = netOf(graph);
  if ((next.get(agent) ?? []).length > 0 || !before.has(agent)) return null;
  return graph.agents?.[agent]?.end ?? graph.end;
}

/** Who gets the gas of `agent`: those it hands over to, or the beginnings of its chain where that goes round. */
export function receiversOf(graph: Graph, agent: string): readonly string[] {
  const end = endOf(graph, agent);
  const net = netOf(graph);
  if (end === null) return net.next.get(agent) ?? [];
  return end === 'stop' ? [] : beginningsOf(net, agent);
}

/** Those to whom nobody hands over and from whom a way leads to `agent`; itself, where it stands alone. */
export function beginningsOf({ members, before }: Net, agent: string): readonly string[] {
  const above = new Set([agent]);
  for (const one of above) for (const other of before.get(one) ?? []) above.add(other);
  return members.filter((one) => above.has(one) && (before.get(one) ?? []).length === 0);
}

/** Who stands in for `agent`, in order. */
export function fallbacksOf({ agents }: Graph, agent: string): readonly string[] {
  return agents?.[agent]?.fallback ?? [];
}

/** What `agent` waits for, where its gas is joined. */
export function joinOf(graph: Graph, agent: string): Join | null {
  const mode = graph.agents?.[agent]?.join;
  return mode === undefined ? null : { mode, of: netOf(graph).before.get(agent) ?? [] };
}

export interface Join {
  readonly mode: 'all' | 'any';
  readonly of: readonly string[];
}

/** The policy of what `agent` hands over at a checkpoint. The short form is about 90 alone: 75 begins it and 100 ends it. */
export function policyOf({ policy, agents }: Graph, agent: string, checkpoint: Checkpoint): GasPolicy {
  if (checkpoint === 75) return 'always';
  const own = agents?.[agent]?.policy ?? policy ?? 'always';
  if (typeof own === 'object') return own[`${checkpoint}`] ?? 'always';
  return checkpoint === 90 ? own : 'always';
}

/** The shortest way from one agent to another, both named; one that leads back to itself has at least one step. */
export function pathBetween({ next }: Net, from: string, to: string): readonly string[] | null {
  const seen = new Set<string>();
  let ways: readonly (readonly string[])[] = [[from]];
  while (ways.length > 0) {
    ways = ways.flatMap((way) => (next.get(way.at(-1) ?? from) ?? []).map((one) => [...way, one]));
    const found = ways.find((way) => way.at(-1) === to);
    if (found) return found;
    ways = ways.filter((way) => {
      const last = way.at(-1) ?? '';
      return !seen.has(last) && seen.add(last);
    });
  }
  return null;
}
