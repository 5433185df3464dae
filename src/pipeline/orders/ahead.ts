// What comes of a checkpoint whose gas a person sends ahead: the gas to the one that was named, and to whoever else it was for.
import type { Checkpoint } from '../../contracts/agents.ts';
import type { Chain } from '../chain.ts';
import { type Beginning, type Delivery, newDelivery } from '../delivery.ts';
import { aheadId, type GasOrder, type PersonOrder, sentAhead, toGasAhead } from '../gas.ts';
import { endOf, fallbacksOf, type Join, joinOf } from '../graph.ts';
import { type Arrivals, type Arrived, arrive, asFirst, asLeft, othersIn, sendAhead } from '../join.ts';
import { holdersAmong, holdOf } from '../join-holds.ts';
import { type Joined, toPartAhead } from '../join-parts.ts';
import { type NextMission, nextMissionFor } from '../next-mission.ts';
import { type Edge, edgesFor } from '../routing.ts';
import { ahead, newRun, type Run } from '../run.ts';
import { standInsOf } from '../stand-in.ts';
import type { Beside } from '../store.ts';
import type { Made, OrderDeps } from './deps.ts';
import { type JoinStep, stepAtJoin } from './joins.ts';

/**
 * Of those that hand over to `to`, also in the place of another, the one with the lowest checkpoint to come, of which the gas
 * has not gone. One whose work another does comes last.
 */
export async function giverTo({ store, agents, chain }: OrderDeps, to: string): Promise<string | null> {
  const present = chain();
  const runs = (await store.runs(agents)).values;
  const givers = agents.flatMap((agent, at) => {
    const run = runs[at] ?? newRun(agent);
    const edge = edgesFor(present, run).find(({ receiver }) => receiver === to);
    return edge ? [{ run, source: edge.source }] : [];
  });
  const next: { readonly agent: string; readonly rank: number }[] = [];
  for (const { run, source } of givers) {
    const [checkpoint] = ahead(run);
    if (checkpoint === undefined) continue;
    const isPart = joinOf(present, to)?.of.includes(source) === true;
    const round = isPart ? (await store.arrivals(to, checkpoint)).value : null;
    const isGone = round?.fired === true && round.arrived[source] === undefined;
    const isReplaced = standInsOf(runs, run.agent).length > 0;
    if (!isGone) next.push({ agent: run.agent, rank: checkpoint + (isReplaced ? 100 : 0) });
  }
  const lowest = Math.min(...next.map(({ rank }) => rank));
  return next.find(({ rank }) => rank === lowest)?.agent ?? givers[0]?.run.agent ?? null;
}

interface Ahead {
  readonly run: Run;
  readonly checkpoint: Checkpoint;
  /** `to` is who was named; the text is for that one alone, null for our own words. */
  readonly order: GasOrder & PersonOrder & { readonly text: string | null };
  readonly begin: Beginning;
}

/**
 * The checkpoint does not fire again, so whoever else it was for gets its gas too, unless that still waits for others, or the gas of
 * its round has gone: then it is recorded.
 */
export async function makeAhead(
  { store, chain, maxBytes }: Pick<OrderDeps, 'store' | 'chain' | 'maxBytes'>,
  { run, checkpoint, order, begin }: Ahead,
): Promise<Made> {
  const present = chain();
  const arrivals: NonNullable<Beside['arrivals']>[number][] = [];
  const edges = edgesFor(present, run);
  const isTheirs = ({ receiver }: Edge) => receiver === order.to;
  const named = edges.find(isTheirs) ?? { source: run.agent, receiver: order.to };
  const next = await missionAhead(store, present, run);
  const created: Delivery[] = [];
  for (const edge of [named, ...edges.filter((one) => !isTheirs(one))]) {
    const { source, receiver: to } = edge;
    const isNamed = edge === named;
    const id = aheadId(order.id, to);
    const at = comesTo(run, { source, id, sent: { by: order.by, at: order.createdAt } });
    const place = { run, checkpoint, ...edge };
    arrivals.push(...(await stepAtJoin(store, present, place, isNamed ? at.send : at.come)));
    const { came, parts } = at.outcome();
    if (came?.waits) continue;
    const text = isNamed ? order.text : null;
    const said = { checkpoint, text, words: next?.words ?? '', parts, maxBytes };
    const gas = toGasAhead(run, said, { ...order, id, to });
    const fallbacks = fallbacksOf(present, to);
    if (came?.fires === false) {
      const detail = `${sentAhead(order.by)}, ${came.detail}`;
      const behind = came.behind ?? undefined;
      created.push(newDelivery(gas, detail, { state: 'suppressed', behind, fallbacks }));
      continue;
    }
    const holders = await holdersAmong(store, came?.paused ?? []);
    const { detail, ...hold } = holdOf(run.agent, null, sentAhead(order.by), holders);
    created.push(newDelivery(gas, detail, { ...hold, ...(isNamed && begin), fallbacks }));
  }
  return { created, beside: { arrivals, missions: next?.missions } };
}

interface Coming {
  /** In whose place. */
  readonly source: string;
  /** Of its gas, where that is the first of a round. */
  readonly id: string;
  readonly sent: Parameters<typeof toPartAhead>[1];
}

/** What is sent ahead comes to a join: as the gas of its round, where the receiver was named, or as a crossing does. */
function comesTo(run: Run, { source, id, sent }: Coming) {
  let came: Arrived | null = null;
  let parts: readonly Joined[] = [];
  const first = ({ mode }: Join, now: Arrivals) =>
    mode === 'any' && now.first === null ? asFirst(now, id) : now;
  const send: JoinStep = (before, from, mark, join) => {
    parts = othersIn(before, from, mark, join);
    return first(join, sendAhead(before, from, mark, join));
  };
  const come: JoinStep = (before, from, mark, join) => {
    came = arrive(before, from, mark, join);
    ({ parts } = came);
    if (came.waits) return asLeft(came.arrivals, source, toPartAhead(run, sent));
    return came.fires ? first(join, came.arrivals) : came.arrivals;
  };
  return { send, come, outcome: () => ({ came, parts }) };
}

/** What the chain adds behind its end; null where neither the run's agent nor in whose place it works is one. */
export async function missionAhead(
  store: OrderDeps['store'],
  chain: Chain,
  run: Run,
): Promise<NextMission | null> {
  const isEnd = edgesFor(chain, run).some(({ source }) => endOf(chain, source) === 'next-mission');
  return isEnd ? nextMissionFor(store, chain, run) : null;
}
