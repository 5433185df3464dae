// Moves the run of one agent on: weighs what came, decides with the pure machine, stores, and only then begins what comes of it.
import { makeLanes } from '../core/lanes.ts';
import type { Logger } from '../core/logger.ts';
import type { Decided, makeDecide } from './decide.ts';
import type { Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import { beginsBy, type RunEvent, type RunStep, transitionRun } from './machine.ts';
import type { Known } from './records.ts';
import { newRun, type Run } from './run.ts';
import type { GasStore } from './store.ts';
import type { Thresholds } from './thresholds.ts';
import { untilSaved } from './until-saved.ts';

export interface TakeDeps {
  readonly store: GasStore;
  readonly ledger: Pick<Ledger, 'begin'>;
  readonly logger: Logger;
  /** For a mission that begins. Default: the fixed ones. */
  readonly thresholds?: ((agent: string) => Promise<Thresholds>) | undefined;
  readonly decide: ReturnType<typeof makeDecide>;
}

/** What a run is to be moved on by; null: by nothing. */
interface Weighing {
  readonly event: RunEvent | null;
}

interface Taken<W> extends RunStep {
  readonly before: Run;
  readonly weighed: W;
  readonly created: readonly Delivery[];
}

/** @throws SwarmError STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*; what the queue throws for gas that is stored */
export type Take = <W extends Weighing>(agent: string, weigh: (run: Run) => W) => Promise<Taken<W>>;

const noGas: readonly Delivery[] = [];
const nothing: Decided = { created: noGas, beside: {} };

export function makeTake({ store, ledger, logger, thresholds, decide }: TakeDeps): Take {
  /**
   * Over what this process knows of the run, so that it is not read before each report; nearly all cross nothing, and are
   * stored in one trip to Redis. Null where only what was read is sure; then nothing was done.
   */
  function overKnown<W extends Weighing>(
    agent: string,
    weigh: (run: Run) => W,
  ): Promise<Taken<W> | null> | null {
    const known = store.knownRun(agent);
    if (known === null) return null;
    const before = known.value;
    const weighed = weigh(before);
    // Where the checkpoints of a mission fire is looked up when it begins, and that but once.
    if (weighed.event === null || (thresholds && beginsBy(before, weighed.event))) return null;
    const { run, effects } = transitionRun(before, weighed.event);
    if (effects.length > 0) return handOver(known, { before, weighed, run, effects });
    return store
      .saveKnownRun(known, run, noGas)
      .then((isSaved) => (isSaved ? { before, weighed, run, effects, created: noGas } : null));
  }

  async function handOver<W extends Weighing>(
    known: Known<Run>,
    step: Omit<Taken<W>, 'created'>,
  ): Promise<Taken<W> | null> {
    // What an agent has done is learned with its last hand-over, before that is stored.
    if (step.effects.some(({ checkpoint, done }) => checkpoint === 100 && done.length > 0)) return null;
    const { created, beside } = await decide(step.run, step.effects);
    return (await store.saveKnownRun(known, step.run, created, beside)) ? { ...step, created } : null;
  }

  /** Null where another run was stored since it was read. */
  async function overRead<W extends Weighing>(
    agent: string,
    weigh: (run: Run) => W,
  ): Promise<Taken<W> | null> {
    const held = await store.run(agent);
    const before = held.value ?? newRun(agent);
    const weighed = weigh(before);
    if (weighed.event === null) return { before, weighed, run: before, effects: [], created: noGas };
    const given = beginsBy(before, weighed.event) ? await thresholds?.(agent) : undefined;
    const { run, effects } = transitionRun(before, { ...weighed.event, thresholds: given });
    const { created, beside } = effects.length === 0 ? nothing : await decide(run, effects);
    const isSaved = await store.saveRun(held, run, created, beside);
    return isSaved ? { before, weighed, run, effects, created } : null;
  }

  // Those that lost a race go on one after the other: however many an agent sends at once, none of them loses for ever. The
  // others do not wait for each other, or a Redis that is silent would be silent to the last for the time of all.
  const inLane = makeLanes();
  const afterRace = <W extends Weighing>(agent: string, weigh: (run: Run) => W) =>
    inLane(agent, () => untilSaved(`run of ${agent}`, () => overRead(agent, weigh)));

  return async (agent, weigh) => {
    const taken =
      (await overKnown(agent, weigh)) ?? (await overRead(agent, weigh)) ?? (await afterRace(agent, weigh));
    tellProblem(logger, taken.before, taken.run);
    for (const delivery of taken.created) await ledger.begin(delivery);
    return taken;
  };
}

/** Once per change, however often the same version is read. */
function tellProblem(logger: Logger, before: Run, run: Run): void {
  if (before.problem === run.problem) return;
  if (run.problem === null) logger.info({ agent: run.agent }, 'status is readable again');
  else
    logger.warn({ agent: run.agent, problem: run.problem }, 'status cannot be used; the last good one stays');
}
