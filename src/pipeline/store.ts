// Runs and deliveries in Redis. One script changes a record only if nobody else did since it was read, and puts the
// deliveries that come of it beside it in the same step: a crash after "decided" and before "sent" loses nothing.
import { type Checkpoint, checkpoints } from '../contracts/agents.ts';
import type { Rhythm } from '../core/gather.ts';
import { makeScript } from '../core/redis-script.ts';
import { type GasAlert, parseAlerts, toAlert } from './alerts.ts';
import { type Delivery, keptDeliveries } from './delivery.ts';
import type { Arrivals } from './join.ts';
import {
  ask,
  createRecords,
  type ManyRead,
  makeStoreRhythm,
  type RecordReaderDeps,
  type Records,
} from './record-reader.ts';
import {
  arrivalsSchema,
  deliverySchema,
  type Held,
  type Known,
  type Missions,
  missionsSchema,
} from './records.ts';
import type { Run } from './run.ts';
import { createRunRecords, runChange } from './run-records.ts';
import { makeCommit, type RecordChange, recordChange } from './store-commit.ts';

/** As DeliveryList, for whoever may see all of it. */
export interface KeptDeliveries {
  readonly deliveries: readonly Delivery[];
  readonly unreadable: number;
}

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface GasStore {
  /** @throws SwarmError RECORD_UNREADABLE */
  run(agent: string): Promise<Held<Run>>;
  /** As this process read or wrote it last; Redis is not asked. It is only there to be saved over. */
  knownRun(agent: string): Known<Run> | null;
  /** As `saveRun`; false also when the record is not that very text any more. */
  saveKnownRun(known: Known<Run>, run: Run, created: readonly Delivery[], beside?: Beside): Promise<boolean>;
  /** In the order of `agents`. */
  runs(agents: readonly string[]): Promise<ManyRead<Run>>;
  /** @throws SwarmError RECORD_UNREADABLE */
  delivery(id: string): Promise<Held<Delivery>>;
  /** As `knownRun`. */
  knownDelivery(id: string): Known<Delivery> | null;
  /** False when one of the records changed since it was read; then nothing was written. */
  saveRun(held: Held<Run>, run: Run, created: readonly Delivery[], beside?: Beside): Promise<boolean>;
  /** Who has reached a checkpoint before a receiver that joins. @throws SwarmError RECORD_UNREADABLE */
  arrivals(receiver: string, checkpoint: Checkpoint): Promise<Held<Arrivals>>;
  /** Before which receiver somebody was ever waited for, and at which checkpoint. */
  joins(): Promise<readonly JoinPlace[]>;
  /** Joins, and what comes of them; false as above. */
  saveJoins(arrivals: NonNullable<Beside['arrivals']>, created: readonly Delivery[]): Promise<boolean>;
  /** Which of the missions is next. @throws SwarmError RECORD_UNREADABLE */
  missions(): Promise<Held<Missions>>;
  /** Creates (version 0) or replaces a delivery and counts it as open, and so `beside` it; false as above. */
  saveDelivery(
    held: Held<Delivery>,
    delivery: Delivery,
    beside?: readonly Delivery[],
    receiver?: RunChange | null,
  ): Promise<boolean>;
  /** In the order of `ids`. */
  deliveries(ids: readonly string[]): Promise<ManyRead<Delivery>>;
  /** Deliveries that something may still be owed to, oldest first; those that cannot be read are left out. */
  openDeliveries(): Promise<readonly Delivery[]>;
  /** Those for which a person is wanted. */
  alerts(): Promise<readonly GasAlert[]>;
  /** The newest `limit`, newest first; infinite: all that are kept, which are the open ones and those closed last. */
  recentDeliveries(limit: number): Promise<KeptDeliveries>;
  /**
   * Of the newest `limit`, default all that are kept, those that fit, newest first. `fits` is asked of what never changes of
   * a delivery: one that this process knows, and that does not, is not read again.
   */
  keptThat(fits: (delivery: Delivery) => boolean, limit?: number): Promise<readonly Delivery[]>;
  /** Nothing more is owed to it. Forgets closed deliveries beyond the newest `keepClosed`. */
  close(id: string, at: number): Promise<void>;
}

/** The run of a receiver that changes in the same step as its delivery. */
export interface RunChange {
  readonly held: Held<Run>;
  readonly run: Run;
}

/** Where gas of several becomes one. */
export interface JoinPlace {
  readonly receiver: string;
  readonly checkpoint: Checkpoint;
}

/** Records that are changed in the same step as a run. */
export interface Beside {
  readonly arrivals?: readonly (JoinPlace & {
    readonly held: Held<Arrivals>;
    readonly value: Arrivals;
  })[];
  readonly missions?: { readonly held: Held<Missions>; readonly value: Missions } | undefined;
}

export interface GasStoreOptions {
  /** Carries the hash tag, so that all keys lie in one slot. */
  readonly prefix: string;
  /** Default `keptDeliveries`. */
  readonly keepClosed?: number;
}

export function createGasStore(
  { rhythm = makeStoreRhythm(), ...deps }: RecordReaderDeps & { readonly rhythm?: Rhythm },
  options: GasStoreOptions,
): GasStore {
  const { redis } = deps;
  const keys = keysUnder(options.prefix);
  const deliveries = createRecords<Delivery>(deps, keys.deliveries, deliverySchema, rhythm);
  const joins = createRecords(deps, keys.joins, arrivalsSchema, rhythm);
  const missions = createRecords(deps, keys.missions, missionsSchema, rhythm);
  // Whoever hands over next looks at what was handed over before: that is not parsed again.
  const commit = makeCommit({ redis, rhythm }, keys, (delivery, text) => {
    deliveries.wrote(delivery.gas.id, { version: 1, value: delivery, text });
  });
  const runs = createRunRecords({ ...deps, rhythm }, keys.runs, commit);
  const list = async (ids: readonly string[]): Promise<KeptDeliveries> => {
    const { values, unreadable } = await deliveries.many(ids);
    return { deliveries: values.filter((delivery) => delivery !== null), unreadable: unreadable.length };
  };
  const newest = (limit: number) =>
    ask(() => redis.zrevrange(keys.recent, 0, Number.isFinite(limit) ? limit - 1 : -1));

  return {
    run: runs.one,
    runs: runs.many,
    delivery: deliveries.one,
    knownRun: runs.known,
    knownDelivery: deliveries.known,
    saveKnownRun: (known, run, opened, beside = {}) =>
      runs.saveOver(known, run, opened, changesBeside(beside)),
    saveRun: (held, run, opened, beside = {}) => runs.save(held, run, opened, changesBeside(beside)),
    arrivals: (receiver, checkpoint) => joins.one(joinField(receiver, checkpoint)),
    joins: async () => (await ask(() => redis.hkeys(keys.joins))).flatMap(placeOf),
    saveJoins: async (arrivals, opened) => (await commit(changesBeside({ arrivals }), opened)) ?? false,
    missions: () => missions.one('next'),
    deliveries: deliveries.many,
    saveDelivery: async (held, delivery, beside = [], receiver = null) => {
      const { id } = delivery.gas;
      const change = recordChange('deliveries', id, held, delivery);
      const alert = { id, alert: toAlert(delivery) };
      if (!(await commit([change, ...changeOf(receiver)], [delivery, ...beside], alert))) return false;
      deliveries.wrote(id, { version: held.version + 1, value: delivery, text: change.text });
      return true;
    },
    alerts: async () => parseAlerts(await ask(() => redis.hgetall(keys.alerts))),
    openDeliveries: async () => (await list(await ask(() => redis.zrange(keys.open, 0, '-1')))).deliveries,
    recentDeliveries: async (limit) => list(limit < 1 ? [] : await newest(limit)),
    keptThat: async (fits, limit = Number.POSITIVE_INFINITY) => {
      const kept = await list((await newest(limit)).filter(mayFit(deliveries, fits)));
      return kept.deliveries.filter(fits);
    },
    close: async (id, at) => {
      const held = [keys.open, keys.closed, keys.recent, keys.deliveries, keys.alerts];
      await ask(() => closeScript(redis, held, [id, at, options.keepClosed ?? keptDeliveries]));
    },
  };
}

function keysUnder(prefix: string) {
  const key = (name: string) => `${prefix}:gas:${name}`;
  return {
    runs: key('runs'),
    deliveries: key('deliveries'),
    recent: key('recent'),
    open: key('open'),
    closed: key('closed'),
    alerts: key('alerts'),
    joins: key('joins'),
    missions: key('missions'),
  };
}

/** Whether a delivery fits as far as this process knows it. */
function mayFit({ known }: Pick<Records<Delivery>, 'known'>, fits: (delivery: Delivery) => boolean) {
  return (id: string): boolean => {
    const one = known(id);
    return one === null || fits(one.value);
  };
}

function changeOf(receiver: RunChange | null): RecordChange[] {
  if (receiver === null) return [];
  const { held, run } = receiver;
  return [runChange(held, run)];
}

const noChanges: readonly RecordChange[] = [];

function changesBeside({ arrivals = [], missions }: Beside): readonly RecordChange[] {
  if (arrivals.length === 0 && !missions) return noChanges;
  return [
    ...arrivals.map(({ receiver, checkpoint, held, value }) =>
      recordChange('joins', joinField(receiver, checkpoint), held, value),
    ),
    ...(missions ? [recordChange('missions', 'next', missions.held, missions.value)] : []),
  ];
}

function joinField(receiver: string, checkpoint: Checkpoint): string {
  return `${receiver} ${checkpoint}`;
}

/** What is no field of ours is no join. */
function placeOf(field: string): JoinPlace[] {
  const [receiver = '', number] = field.split(' ');
  const checkpoint = checkpoints.find((one) => String(one) === number);
  return checkpoint === undefined ? [] : [{ receiver, checkpoint }];
}

const closeScript = makeScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1 - ARGV[3])) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
  redis.call('HDEL', KEYS[5], id)
end
return 1`);
