// The read model of agents and deliveries, straight from Redis; it decides and changes nothing. What an agent wrote is
// made plain here, for whoever shows it; the machine goes on with the raw text.
import type { AgentView, DeliveryView } from '../contracts/agents.ts';
import type { AgentDirectory } from '../contracts/ports.ts';
import type { WatchView } from '../contracts/watch.ts';
import type { Clock } from '../core/clock.ts';
import { plainText } from '../core/text.ts';
import type { Chain } from './chain.ts';
import { type Delivery, viewOf } from './delivery.ts';
import { endOf } from './graph.ts';
import type { Inboxes } from './inboxes/inboxes.ts';
import { readJoinWaits } from './join-waits.ts';
import { hasNextMission } from './next-mission.ts';
import { edgesFor } from './routing.ts';
import { ahead, newRun, pauseOf, type Run, stateOf, wordOn } from './run.ts';
import type { StallOptions } from './stall/config.ts';
import { type Nudged, nudgeText, readNudges } from './stall/nudge-told.ts';
import type { Watch } from './stall/record.ts';
import type { WatchStore } from './stall/store.ts';
import { watchView } from './stall/view.ts';
import { standInsOf } from './stand-in.ts';
import type { GasStore } from './store.ts';

export interface DirectoryDeps {
  readonly store: GasStore;
  readonly watches: Pick<WatchStore, 'many'>;
  readonly inbox: Pick<Inboxes, 'asRead'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface DirectoryOptions {
  readonly agents: readonly string[];
  /** Those to whom nothing can be given. */
  readonly inboxless: readonly string[];
  /** Those that have a status file. */
  readonly filed: readonly string[];
  readonly chain: () => Chain;
  readonly stall: StallOptions;
}

/** Lists the configured agents in their order; one that was never seen has no figures. */
export function createDirectory(
  { store, watches, inbox, clock }: DirectoryDeps,
  { agents, inboxless, filed, chain, stall }: DirectoryOptions,
): AgentDirectory {
  const watched = (run: Run, watch: Watch | null, around: Nudged): WatchView => {
    const now = clock.now();
    const view = watchView(run, watch, now, stall);
    return watch === null || view.tier === 'none' ? view : { ...view, nudge: nudgeText(watch, now, around) };
  };
  return {
    agents: async () => {
      const [{ values, unreadable }, known, missions] = await Promise.all([
        store.runs(agents),
        watches.many(agents),
        // Where that record is broken the agents are told all the same; whoever takes a mission finds the fault.
        store.missions().catch(() => null),
      ]);
      const present = chain();
      const receivers = (run: Run) =>
        edgesFor(present, run)
          .filter(
            ({ source }) =>
              endOf(present, source) !== 'next-mission' ||
              hasNextMission(present, run, missions?.value ?? null),
          )
          .map(({ receiver }) => receiver);
      const waiting = await readJoinWaits(store, present);
      const silent = known.filter((watch) => watch !== null && watch.tier !== 'none');
      const nudgeOf = await readNudges(store, silent);
      return agents.map((agent, at) => {
        const run = values[at] ?? newRun(agent);
        const waits = waiting.filter(({ receiver, from }) => [receiver, ...from].includes(agent));
        const standIns = standInsOf(values, agent);
        const hasInbox = !inboxless.includes(agent);
        const way = { hasInbox, receivers: receivers(run), waits, standIns };
        const watch = known[at] ?? null;
        const view = agentView(run, way, watched(run, watch, { nudge: watch && nudgeOf(watch), hasInbox }));
        return {
          ...view,
          ...(filed.includes(agent) && { hasStatusFile: true }),
          ...(unreadable.includes(agent) && unreadableRun),
        };
      });
    },
    deliveries: async (limit) => {
      const { deliveries, unreadable } = await store.recentDeliveries(limit);
      return { deliveries: deliveries.map((one) => plainDelivery(one, inbox)), unreadable };
    },
  };
}

const unreadableRun = { problem: 'its record in Redis cannot be read', isUnreadable: true } as const;

const missionLimit = 200;
const problemLimit = 500;

function agentView(
  run: Run,
  {
    hasInbox,
    receivers,
    waits,
    standIns = [],
  }: Pick<AgentView, 'hasInbox' | 'receivers' | 'waits' | 'standIns'>,
  watch: WatchView,
): AgentView {
  const { agent, percent, seenAt, problem } = run;
  const { name, epoch } = run.mission;
  const pause = pauseOf(run);
  const word = wordOn(run);
  return {
    agent,
    state: stateOf(run),
    mission: name === null ? null : plainText(name, missionLimit),
    epoch,
    percent,
    seenAt,
    ...(word !== undefined && { word }),
    problem: problem === null ? null : plainText(problem, problemLimit),
    hasInbox,
    next: receivers[0] ?? null,
    receivers,
    ...(standIns.length > 0 && { standIns }),
    waits,
    nextCheckpoint: ahead(run)[0] ?? null,
    paused: pause === null ? null : { by: plainText(pause.by, 80), at: pause.at },
    watch,
  };
}

function plainDelivery(delivery: Delivery, inbox: Pick<Inboxes, 'asRead'>): DeliveryView {
  const gas = inbox.asRead(delivery.gas);
  const from = plainText(gas.from, missionLimit);
  return { ...viewOf(delivery), gas: { ...gas, from, mission: plainText(gas.mission, missionLimit) } };
}
