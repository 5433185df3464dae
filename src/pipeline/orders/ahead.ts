// What comes of a checkpoint whose gas a person sends ahead: the gas to the one that was named, and to whoever else it was for.
import type { Checkpoint } from '../../contracts/agents.ts';
import type { Chain } from '../chain.ts';
import { type Beginning, type Delivery, newDelivery } from '../delivery.ts';
import { type GasOrder, type PersonOrder, toGasAhead } from '../gas.ts';
import { endOf, fallbacksOf, joinOf, netOf } from '../graph.ts';
import { arrive, asLeft, othersIn, sendAhead } from '../join.ts';
import { holdersAmong, holdOf } from '../join-holds.ts';
import { type Joined, toPart } from '../join-parts.ts';
import { ahead, newRun, type Run } from '../machine.ts';
import { type NextMission, nextMissionFor } from '../next-mission.ts';
import { type Edge, edgesFor } from '../routing.ts';
import type { Beside } from '../store.ts';
import type { Made, OrderDeps } from './deps.ts';
import { type JoinStep, stepAtJoin } from './joins.ts';

/** Of those that hand over to `to` the one with the lowest checkpoint to come, of which the gas has not gone. */
export async function giverTo({ store, agents, chain }: OrderDeps, to: string): Promise<string | null> {
  const net = netOf(chain());
  const { values } = await store.runs(agents);
  const before = agents.flatMap((agent, at) => {
    const run = values[at] ?? newRun(agent);
    const edge = edgesFor(chain(), run, net).find(({ receiver }) => receiver === to);
    return edge ? [{ run, source: edge.source }] : [];
  });
  const next: { readonly agent: string; readonly checkpoint: number }[] = [];
  for (const { run, source } of before) {
    const [checkpoint] = ahead(run);
    if (checkpoint === undefined) continue;
    const isPart = joinOf(chain(), to)?.of.includes(source) === true;
    const round = isPart ? (await store.arrivals(to, checkpoint)).value : null;
    const isGone = round?.fired === true && round.arrived[source] === undefined;
    if (!isGone) next.push({ agent: run.agent, checkpoint });
  }
  const lowest = Math.min(...next.map(({ checkpoint }) => checkpoint));
  return next.find(({ checkpoint }) => checkpoint === lowest)?.agent ?? before[0]?.run.agent ?? null;
}

interface Ahead {
  readonly run: Run;
  readonly checkpoint: Checkpoint;
  /** `to` is who was named; the text is for that one alone, null for our own words. */
  readonly order: GasOrder & PersonOrder & { readonly text: string | null };
  readonly begin: Beginning;
}

/** For people: why gas goes before its checkpoint. */
export function sentAhead(by: string): string {
  return `sent ahead by ${by}`;
}

/** The checkpoint does not fire again, so whoever else it was for gets its gas too, unless that still waits for others. */
export async function makeAhead(
  { store, chain }: Pick<OrderDeps, 'store' | 'chain'>,
  { run, checkpoint, order, begin }: Ahead,
): Promise<Made> {
  const present = chain();
  const arrivals: NonNullable<Beside['arrivals']>[number][] = [];
  const next = await missionAhead(store, present, run);
  const created: Delivery[] = [];
  for (const edge of edgesFrom(present, run, order.to)) {
    const { source, receiver: to } = edge;
    const isNamed = to === order.to;
    let fires = true;
    let paused: readonly string[] = [];
    let parts: readonly Joined[] = [];
    const send: JoinStep = (before, from, mark, join) => {
      parts = othersIn(before, from, join);
      return sendAhead(before, from, mark, join);
    };
    const come: JoinStep = (...round) => {
      const came = arrive(...round);
      ({ fires, paused, parts } = came);
      return came.waits ? asLeft(came.arrivals, source, toPart(run, null)) : came.arrivals;
    };
    const place = { run, checkpoint, ...edge };
    arrivals.push(...(await stepAtJoin(store, present, place, isNamed ? send : come)));
    if (!fires) continue;
    const text = isNamed ? order.text : null;
    const gas = toGasAhead(run, { checkpoint, text, words: next?.words ?? '', parts }, { ...order, to });
    const fallbacks = fallbacksOf(present, to);
    const holders = await holdersAmong(store, paused);
    const { detail, ...hold } = holdOf(run.agent, null, sentAhead(order.by), holders);
    created.push(newDelivery(gas, detail, { ...hold, ...(isNamed && begin), fallbacks }));
  }
  return { created, beside: { arrivals, missions: next?.missions } };
}

/** The one that was named before the others, also where the run's gas is not for it. */
function edgesFrom(chain: Chain, run: Run, named: string): readonly Edge[] {
  const edges = edgesFor(chain, run);
  const first = edges.find(({ receiver }) => receiver === named) ?? { source: run.agent, receiver: named };
  return [first, ...edges.filter(({ receiver }) => receiver !== named)];
}

/** What the chain adds behind its end; null where the run hands over behind none. */
export async function missionAhead(
  store: OrderDeps['store'],
  chain: Chain,
  run: Run,
): Promise<NextMission | null> {
  const isEnd = edgesFor(chain, run).some(({ source }) => endOf(chain, source) === 'next-mission');
  return isEnd ? nextMissionFor(store, chain, run) : null;
}
