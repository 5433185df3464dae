// What comes of crossed checkpoints, with what the store knows of receivers: the deliveries to be, and the records that
// change in the same step. It saves nothing; intake.ts does.
import type { Gas } from '../contracts/agents.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Chain } from './chain.ts';
import { type Delivery, isTaken, keptDeliveries, newDelivery } from './delivery.ts';
import { checkpointGasId, toGas } from './gas.ts';
import { fallbacksOf, joinOf, policyOf } from './graph.ts';
import { holdersAmong } from './join-holds.ts';
import type { DeliverEffect } from './machine.ts';
import { nextMissionFor, usedUp } from './next-mission.ts';
import { lookAtReceivers } from './receivers.ts';
import { edgesFor, type FitnessRules, type Route, type Routing, route } from './routing.ts';
import type { Run } from './run.ts';
import type { Beside, GasStore } from './store.ts';
import { levelOf } from './thresholds.ts';
import { type Write, writePlainly } from './words/writer.ts';

export interface DecideDeps {
  readonly store: GasStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gets ready to write the hand-overs of one step. Default: in our own words, with nothing known beside it. */
  readonly words?: ((run: Run, effects: readonly DeliverEffect[]) => Promise<Write>) | undefined;
}

export interface DecideOptions extends FitnessRules {
  readonly chain: () => Chain;
}

export interface Decided {
  readonly created: readonly Delivery[];
  readonly beside: Beside;
}

export type Decide = (run: Run, effects: readonly DeliverEffect[]) => Promise<Decided>;

type Joins = NonNullable<Beside['arrivals']>;

export function makeDecide(deps: DecideDeps, options: DecideOptions): Decide {
  const { store, clock, logger, words: prepare } = deps;

  return async (run, effects) => {
    const chain = options.chain();
    const [write, routings] = await Promise.all([
      effects.length > 0 && prepare ? prepare(run, effects) : writePlainly,
      Promise.all(effects.map((effect) => routed(deps, options, { chain, run, effect }))),
    ]);
    const created: Delivery[] = [];
    const arrivals: Joins[number][] = [];
    let missions: Beside['missions'];
    for (const { effect, routing, joins } of routings) {
      arrivals.push(...joins);
      tellWaits(logger, run, effect, routing);
      let words: string | null = '';
      if (routing.routes.some(({ end }) => end === 'next-mission')) {
        ({ missions, words } = await nextMissionFor(store, chain, run, missions));
      }
      const now = clock.now();
      for (const one of routing.routes) {
        const added = one.end === 'next-mission' ? words : '';
        const way = added === null ? withoutMission(one) : one;
        created.push(toDelivery({ run, effect, words: added ?? '', write }, way, now));
      }
    }
    return { created, beside: { arrivals, missions } };
  };
}

/** Recorded, so that people hear that the chain stands still. */
function withoutMission(one: Route): Route {
  if (one.state === 'suppressed') return one;
  return { ...one, to: one.meant, state: 'suppressed', detail: `${one.detail}; ${usedUp}` };
}

interface Question {
  readonly chain: Chain;
  readonly run: Run;
  readonly effect: DeliverEffect;
}

async function routed({ store, clock }: DecideDeps, rules: FitnessRules, { chain, run, effect }: Question) {
  const { checkpoint } = effect;
  const looked = await Promise.all(
    edgesFor(chain, run).map(async ({ source, receiver }) => {
      const agents = [receiver, ...fallbacksOf(chain, receiver)];
      const isAlways = policyOf(chain, source, checkpoint) === 'always';
      const [look, taken, round] = await Promise.all([
        lookAtReceivers({ store, clock }, agents, rules),
        isAlways ? null : takenBefore(store, { run, effect }, receiver),
        joinOf(chain, receiver) && store.arrivals(receiver, checkpoint),
      ]);
      const holders = await holdersAmong(store, Object.values(round?.value?.paused ?? {}));
      return { receiver, unfit: agents.map((agent) => [agent, look(agent)] as const), taken, round, holders };
    }),
  );
  const unfit = new Map(looked.flatMap((one) => one.unfit));
  const around = new Map(looked.map((one) => [one.receiver, one]));
  const routing = route(chain, run, effect, {
    unfit: (agent) => unfit.get(agent) ?? null,
    taken: (receiver) => around.get(receiver)?.taken ?? null,
    arrivals: (receiver) => around.get(receiver)?.round?.value ?? null,
    holders: (receiver) => around.get(receiver)?.holders ?? new Map(),
  });
  const joins = [...routing.arrivals].flatMap(([receiver, value]) => {
    const before = around.get(receiver)?.round;
    return before ? [{ receiver, checkpoint, held: before, value }] : [];
  });
  return { effect, routing, joins };
}

/**
 * Also where somebody else stood in, where it went in the gas of another of a join or was sent ahead, and where that of the
 * first of a join was enough: then the chain goes on, and the mission has a worker.
 */
async function takenBefore(
  store: GasStore,
  { run, effect: { checkpoint } }: Pick<Question, 'run' | 'effect'>,
  receiver: string,
): Promise<string | null> {
  const ids = ([75, 90] as const).filter((one) => one < checkpoint);
  const own = await store.deliveries(ids.map((one) => checkpointGasId(run, one, receiver)));
  const taken = await firstTaken(store, run, own.values);
  if (taken !== null) return taken;
  const earlier = await store.keptThat(
    ({ gas, meant }) =>
      gas.checkpoint !== null &&
      gas.checkpoint < checkpoint &&
      (meant ?? gas.to) === receiver &&
      isHandedBy(run, gas),
    // Each crossing asks: with many thousands open, all of their ids would be too much.
    keptDeliveries,
  );
  return firstTaken(store, run, earlier);
}

/** Follows each to whoever it went to in the end. */
async function firstTaken(
  store: GasStore,
  { agent }: Run,
  deliveries: readonly (Delivery | null)[],
): Promise<string | null> {
  for (const given of deliveries) {
    for (let id = given?.behind ?? given?.gas.id ?? null; id !== null; ) {
      const one: Delivery | null = (await store.delivery(id)).value;
      if (one !== null && isTaken(one)) {
        const whose = one.gas.from === agent ? '' : ` of ${one.gas.from}`;
        return `works already: ${one.gas.to} took the ${one.gas.checkpoint} % gas${whose}`;
      }
      id = one?.replacedBy ?? null;
    }
  }
  return null;
}

function isHandedBy({ agent, mission: { epoch } }: Run, { from, epoch: own, parts = [] }: Gas): boolean {
  if (from === agent && own === epoch) return true;
  return parts.some((part) => part.agent === agent && part.epoch === epoch);
}

interface Fuel {
  readonly run: Run;
  readonly effect: DeliverEffect;
  /** The operator's own, behind the hand-over. */
  readonly words: string;
  readonly write: Write;
}

function toDelivery({ run, effect, words, write }: Fuel, one: Route, createdAt: number): Delivery {
  const { to, meant, state, detail, fallbacks, heldBy, behind, parts } = one;
  const gas = toGas(run, effect, { to, meant, createdAt, words, parts }, write);
  return newDelivery(gas, detail + whyThen(run, effect), { state, fallbacks, meant, heldBy, behind });
}

/** Said where a checkpoint did not fire at its own percent. */
function whyThen({ mission: { thresholds } }: Run, { checkpoint }: DeliverEffect): string {
  const level = levelOf(thresholds, checkpoint);
  return level === checkpoint ? '' : ` (${checkpoint} % fires at ${level}: ${thresholds.reason})`;
}

function tellWaits(
  logger: Logger,
  { agent }: Run,
  { checkpoint }: DeliverEffect,
  { routes, waits }: Routing,
): void {
  for (const wait of waits) logger.info({ agent, checkpoint, wait }, 'a join is not complete yet');
  if (routes.length === 0 && waits.length === 0) {
    logger.info({ agent, checkpoint }, 'checkpoint without a next agent');
  }
}
