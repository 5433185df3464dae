// What is wrong with a chain that is well-formed: circles that nothing ends, joins that never come together, receivers that
// nothing can reach. Pure; each problem prints the way it is about, and how to mend it.
import {
  beginningsOf,
  endOf,
  type Graph,
  joinOf,
  type Net,
  netOf,
  pathBetween,
  receiversOf,
} from './graph.ts';

export interface GraphCheckOptions {
  /** Agents that have no inbox. */
  readonly inboxless?: readonly string[];
}

/** One sentence for each problem; none for a sound chain. */
export function graphProblems(graph: Graph, { inboxless = [] }: GraphCheckOptions = {}): readonly string[] {
  const net = netOf(graph);
  return [
    ...circles(net),
    ...net.members.flatMap((agent) => joinProblems(graph, net, agent)),
    ...net.members.flatMap((agent) => endProblems(graph, net, agent)),
    ...withoutInbox(graph, net, inboxless),
    ...Object.entries(graph.agents ?? {}).flatMap(([agent, { fallback = [] }]) =>
      fallback.includes(agent)
        ? [`agents.${agent}.fallback: ${agent} cannot stand in for itself; name another`]
        : [],
    ),
  ];
}

/** Circles by name that no edge leaves; `end: loop` is the way to go round on purpose. */
function circles(net: Net): string[] {
  const told = new Set<string>();
  return net.members.flatMap((agent) => {
    const way = told.has(agent) ? null : pathBetween(net, agent, agent);
    if (way === null) return [];
    const round = net.members.filter(
      (other) => pathBetween(net, agent, other) !== null && pathBetween(net, other, agent) !== null,
    );
    for (const one of round) told.add(one);
    if (round.some((one) => net.next.get(one)?.some((next) => !round.includes(next)))) return [];
    const last = way.at(-2) ?? agent;
    return [
      `${shown(way)} is a circle without an exit; take \`next\` of ${last} away and write \`end: loop\` if it shall go round, or let one of them hand over to somebody outside`,
    ];
  });
}

function joinProblems(graph: Graph, net: Net, agent: string): string[] {
  const join = joinOf(graph, agent);
  if (join === null) return [];
  const place = `agents.${agent}.join`;
  if (join.of.length < 2) {
    const who = join.of[0] === undefined ? 'nobody hands over to it' : `only ${join.of[0]} hands over to it`;
    return [`${place}: ${who}, so there is nothing to join; remove it`];
  }
  if (join.mode === 'any') return [];
  return join.of
    .filter((before) => comesAfter(net, agent, before))
    .map((before) => {
      const way = [...(pathBetween(net, agent, before) ?? [agent, before]), agent];
      return `${shown(way)}: the join of ${agent} can never be complete, since ${before} begins only after ${agent}; write \`join: any\`, or take ${agent} out of \`next\` of ${before}`;
    });
}

/** Whether every way to `before` leads through `agent`. */
function comesAfter(net: Net, agent: string, before: string): boolean {
  const above = new Set([before]);
  for (const one of above)
    for (const other of net.before.get(one) ?? []) if (other !== agent) above.add(other);
  return [...above].every((one) => pathBetween(net, agent, one) !== null);
}

function endProblems(graph: Graph, net: Net, agent: string): string[] {
  const end = endOf(graph, agent);
  if (end === null) {
    const way = shown([agent, net.next.get(agent)?.[0] ?? '']);
    const own = graph.agents?.[agent]?.end;
    return own === undefined ? [] : [`agents.${agent}.end: ${way}, so nothing ends there; remove it`];
  }
  if (end === 'stop' || beginningsOf(net, agent).length > 0) return [];
  return [
    `${agent} ends in \`${end}\`, and its chain has no beginning to go back to; write \`next\` instead`,
  ];
}

function withoutInbox(graph: Graph, net: Net, inboxless: readonly string[]): string[] {
  const stands = Object.values(graph.agents ?? {}).flatMap(({ fallback = [] }) => fallback);
  return inboxless.flatMap((agent) => {
    const before = net.members.find((one) => receiversOf(graph, one).includes(agent));
    if (before === undefined && !stands.includes(agent)) return [];
    const way = before === undefined ? `${agent} stands in for others` : shown([before, agent]);
    return [`${way}: ${agent} has no inbox; give it one under pipeline.agents, or take it out of the chain`];
  });
}

function shown(way: readonly string[]): string {
  return way.join(' → ');
}
