// The store of a simulation: as store.ts keeps its promises, without Redis. It refuses while Redis is away, and a process may
// be killed right after any write.
import { coreErrors, SwarmError } from '../../core/errors.ts';

import { type GasAlert, toAlert } from '../alerts.ts';
import type { Delivery } from '../delivery.ts';
import type { Arrivals } from '../join.ts';
import type { Held, Missions } from '../records.ts';
import type { Run } from '../run.ts';
import type { Beside, GasStore } from '../store.ts';

export interface Mishaps {
  isRedisAway(): boolean;
  /** Called after each write; throws where the process is killed. */
  wrote(): void;
}

/** What lies in it, for whoever judges. */
export interface MemoryStore extends GasStore {
  readonly all: ReadonlyMap<string, Delivery>;
  readonly everyRun: ReadonlyMap<string, Run>;
}

export function createMemoryStore({ isRedisAway, wrote }: Mishaps): MemoryStore {
  const shelf = createShelf();
  const { runs, deliveries, joins, alerts, all, everyRun, open } = shelf;
  let missions: Held<Missions> = none;
  const asked = async <T>(read: () => T): Promise<T> => {
    if (isRedisAway()) throw new SwarmError(coreErrors.redisUnavailable, 'away on purpose');
    return read();
  };
  const versionOfRun = (agent: string) => (runs.get(agent) ?? none).version;
  const heldValue = (id: string) => deliveries.get(id)?.value ?? null;
  return {
    ...{ all, everyRun },
    run: (agent) => asked(() => runs.get(agent) ?? none),
    // Whoever asks for it, asks the store.
    knownRun: () => null,
    knownDelivery: () => null,
    saveKnownRun: () => Promise.resolve(false),
    runs: (agents) =>
      asked(() => ({ values: agents.map((agent) => runs.get(agent)?.value ?? null), unreadable: [] })),
    delivery: (id) => asked(() => deliveries.get(id) ?? none),
    deliveries: (ids) => asked(() => ({ values: ids.map(heldValue), unreadable: [] })),
    arrivals: (receiver, checkpoint) => asked(() => joins.get(`${receiver} ${checkpoint}`) ?? none),
    // Neither a person nor another chain takes anything out of a join here.
    joins: () => asked(() => []),
    saveJoins: () => Promise.resolve(false),
    missions: () => asked(() => missions),
    alerts: () => asked(() => [...alerts.values()]),
    openDeliveries: () => asked(() => [...open].flatMap((id) => heldValue(id) ?? [])),
    recentDeliveries: (limit) =>
      asked(() => ({
        deliveries: limit < 1 ? [] : [...all.values()].slice(-limit).toReversed(),
        unreadable: 0,
      })),
    keptThat: (fits, limit = Number.POSITIVE_INFINITY) =>
      asked(() => [...all.values()].slice(-limit).filter(fits).toReversed()),
    saveRun: async (held, run, created, beside = {}) => {
      if (await asked(() => versionOfRun(run.agent) !== held.version)) return false;
      shelf.putRun(held, run);
      shelf.putArrivals(beside.arrivals ?? []);
      if (beside.missions) missions = { version: 1, value: beside.missions.value };
      shelf.create(created);
      wrote();
      return true;
    },
    saveDelivery: async (held, delivery, beside = [], receiver = null) => {
      const isStale = await asked(() => (deliveries.get(delivery.gas.id) ?? none).version !== held.version);
      if (isStale || (receiver && versionOfRun(receiver.run.agent) !== receiver.held.version)) return false;
      if (receiver) shelf.putRun(receiver.held, receiver.run);
      shelf.put(delivery, held.version + 1);
      shelf.create(beside);
      wrote();
      return true;
    },
    close: (id) => asked(() => void open.delete(id)),
  };
}

/** What lies there, and the ways to put something. */
function createShelf() {
  const runs = new Map<string, Held<Run>>();
  const deliveries = new Map<string, Held<Delivery>>();
  const joins = new Map<string, Held<Arrivals>>();
  const alerts = new Map<string, GasAlert>();
  const all = new Map<string, Delivery>();
  const everyRun = new Map<string, Run>();
  const open = new Set<string>();
  const put = (delivery: Delivery, version: number) => {
    const { id } = delivery.gas;
    deliveries.set(id, { version, value: delivery });
    all.set(id, delivery);
    open.add(id);
    const alert = toAlert(delivery);
    if (alert) alerts.set(id, alert);
    else alerts.delete(id);
  };
  return {
    ...{ runs, deliveries, joins, alerts, all, everyRun, open, put },
    putRun: (held: Held<Run>, run: Run) => {
      runs.set(run.agent, { version: held.version + 1, value: run });
      everyRun.set(run.agent, run);
    },
    putArrivals: (arrivals: NonNullable<Beside['arrivals']>) => {
      for (const { receiver, checkpoint, held, value } of arrivals) {
        joins.set(`${receiver} ${checkpoint}`, { version: held.version + 1, value });
      }
    },
    create: (created: readonly Delivery[]) => {
      for (const delivery of created) if (!deliveries.has(delivery.gas.id)) put(delivery, 1);
    },
  };
}

const none = { version: 0, value: null } as const;
