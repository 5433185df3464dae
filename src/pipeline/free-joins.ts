// Gas that waits in a join for somebody who does not come any more: a person took that part out, or another chain joins no
// more. join.ts says who hands over then; this makes the gas and stores it.
import type { Checkpoint, Gas } from '../contracts/agents.ts';
import type { Clock } from '../core/clock.ts';
import type { Chain } from './chain.ts';
import type { DecideDeps } from './decide.ts';
import { type Delivery, newDelivery } from './delivery.ts';
import { type ChainOrder, checkpointGasId, type GasOrder, sentAhead, toGas, toGasAhead } from './gas.ts';
import { fallbacksOf, joinOf, receiversOf } from './graph.ts';
import { asFirst, earlierOf, othersIn, releases } from './join.ts';
import { type Holders, holdersAmong, holdOf } from './join-holds.ts';
import { type Joined, toEffect } from './join-parts.ts';
import type { Ledger } from './ledger.ts';
import { lookAtReceivers } from './receivers.ts';
import { type FitnessRules, firstFit, markOf } from './routing.ts';
import { newRun, type Run } from './run.ts';
import { worksFor } from './stand-in.ts';
import type { GasStore } from './store.ts';
import { untilSaved } from './until-saved.ts';

export interface FreeJoinsDeps extends Pick<DecideDeps, 'words'> {
  readonly store: GasStore;
  readonly ledger: Pick<Ledger, 'begin'>;
  readonly clock: Clock;
}

export interface FreeJoinsOptions extends FitnessRules {
  readonly agents: readonly string[];
  readonly chain: () => Chain;
  /** Room for what the others of a join handed over, where a person sent it ahead. */
  readonly maxBytes: number;
}

/** Looks at every join. @throws SwarmError REDIS_*, RECORD_UNREADABLE, and what the queue throws for gas that is stored */
export type FreeJoins = () => Promise<void>;

export function makeFreeJoins(deps: FreeJoinsDeps, options: FreeJoinsOptions): FreeJoins {
  const { store, ledger } = deps;

  /** Null when the join changed meanwhile. */
  async function free(receiver: string, checkpoint: Checkpoint): Promise<readonly Delivery[] | null> {
    const held = await store.arrivals(receiver, checkpoint);
    const join = joinOf(options.chain(), receiver);
    const round = held.value;
    const release = round === null ? null : releases(round, join);
    if (round === null || release === null) return [];
    const { values } = await store.runs(options.agents);
    const { arrived, parts, paused } = round;
    const holders = await holdersAmong(store, Object.values(paused));
    const waiting = release.from.map((source) => {
      const came = { source, mark: arrived[source] ?? '', part: parts[source] ?? null };
      const others = join === null ? earlierOf(round, source) : othersIn(round, source, came.mark, join);
      const pausedBy = holders.get(paused[source] ?? '') ?? null;
      return { came, run: missionOf(values, came), others, pausedBy };
    });
    // Where each hands over for itself, its own pause alone holds that.
    const around: Holders = join?.mode === 'all' ? holders : new Map();
    const created = await gasOf(deps, options, { receiver, checkpoint, waiting, holders: around });
    const [first] = created;
    const isFirst = join?.mode === 'any' && first !== undefined;
    const value = isFirst ? asFirst(release.arrivals, first.gas.id) : release.arrivals;
    const arrivals = [{ receiver, checkpoint, held, value }];
    return (await store.saveJoins(arrivals, created)) ? created : null;
  }

  return async () => {
    for (const { receiver, checkpoint } of await store.joins()) {
      const created = await untilSaved(`join of ${receiver}`, () => free(receiver, checkpoint));
      for (const delivery of created) await ledger.begin(delivery);
    }
  };
}

interface Waiting {
  readonly receiver: string;
  readonly checkpoint: Checkpoint;
  readonly waiting: readonly Giver[];
  /** Who holds what those hand over, beside themselves. */
  readonly holders: Holders;
}

/** Who hands over, the mission of which, and what others do with it. */
interface Giver {
  readonly came: Joined;
  /** By whom it was paused as it came, and still is; null: it was not, or has been let go. */
  readonly pausedBy: string | null;
  readonly run: Run;
  readonly others: readonly Joined[];
}

async function gasOf(
  deps: FreeJoinsDeps,
  options: FreeJoinsOptions,
  { receiver, checkpoint, waiting, holders }: Waiting,
): Promise<Delivery[]> {
  const chain = options.chain();
  const fallbacks = fallbacksOf(chain, receiver);
  const all = [receiver, ...fallbacks];
  const { to, passed, rest } = firstFit(all, await lookAtReceivers(deps, all, options));
  const order = { to: to ?? receiver, meant: receiver, createdAt: deps.clock.now(), words: '' };
  const ours = waiting.filter(({ came }) => receiversOf(chain, came.source).includes(receiver));
  const made = ours.map(async (one) => {
    const { came, run, pausedBy } = one;
    const ahead = came.part?.ahead ?? null;
    const why = ahead === null ? `${came.source} had reached ${checkpoint} %` : sentAhead(ahead);
    const { detail, ...hold } = holdOf(run.agent, pausedBy, why, holders);
    const told = [`${detail}, and nobody else is waited for any more`, ...passed].join('; ');
    const gas = await freed(deps, { checkpoint, order, maxBytes: options.maxBytes }, one);
    return newDelivery(gas, told, { ...hold, fallbacks: to === null ? fallbacks : rest, meant: receiver });
  });
  return Promise.all(made);
}

interface Freeing extends Pick<FreeJoinsOptions, 'maxBytes'> {
  readonly checkpoint: Checkpoint;
  readonly order: GasOrder & Pick<ChainOrder, 'meant' | 'words'>;
}

/** It is made when the wait ends, and not when the checkpoint was reached. */
async function freed(
  { words }: Pick<DecideDeps, 'words'>,
  { checkpoint, order, maxBytes }: Freeing,
  { came: { part }, run, others: parts }: Giver,
): Promise<Gas> {
  const crossedAt = part?.at ?? null;
  if (part !== null && part.ahead !== null) {
    const id = checkpointGasId(run, checkpoint, order.meant);
    const said = { checkpoint, text: null, words: order.words, parts, maxBytes };
    const sent = toGasAhead({ ...run, percent: part.percent }, said, { ...order, id, by: part.ahead });
    return { ...sent, crossedAt };
  }
  // What was crossed is learned already: nothing is but to be written.
  const write = await words?.(run, []);
  return { ...toGas(run, toEffect(part, checkpoint, run.percent), { ...order, parts }, write), crossedAt };
}

/** The run that came to the join; of one that has gone on to another mission the number is known, and what it left. */
function missionOf(runs: readonly (Run | null)[], { source, mark, part }: Joined): Run {
  const known = runs.filter((run) => run !== null);
  const came = known.find(
    (run) =>
      markOf(run) === mark &&
      (run.agent === source || worksFor(run.assignments, run.mission.epoch).includes(source)),
  );
  if (came) return came;
  const worker = part?.agent ?? source;
  const now = known.find(({ agent }) => agent === worker) ?? newRun(worker);
  const [epoch = 0, epochAt = 0] = mark.split('@').map(Number);
  const mission = { ...now.mission, epoch, epochAt, name: part?.mission ?? null };
  return { ...now, mission, percent: null };
}
