// One simulated world: the real intake, ledger and sweep of the pipeline on a store in memory, simulated agents before them,
// and the mishaps of its scenario. Everything happens on one agenda, so the same seed is the same world.
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { JobName, JobOrder, Kept } from '../../contracts/jobs.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { silentLogger } from '../../core/logger.ts';
import { createIntake, type Intake } from '../intake.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import type { Rounds } from '../rounds.ts';
import type { StallOptions } from '../stall/config.ts';
import { createPipelineWork } from '../sweep.ts';
import { type Ways, SimAgent } from './agent.ts';
import { Agenda } from './agenda.ts';
import { createInboxes, type Inboxes } from './inboxes.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import type { Chance } from './random.ts';
import type { Scenario, Window } from './scenario.ts';
import { createWatching, type Watching } from './watch.ts';

const minute = 60_000;
/** Where the clock stands when a run begins. */
const epochMs = 1_767_225_600_000;

/** The defaults of the configuration. */
const simulatedRules = {
  ...{ ackTimeoutMs: 86_400_000, ackTries: 3, ackRetryMs: 300_000 },
  ...{ silentAfterMs: 86_400_000, maxOpen: 10, dryAfterMs: 1_800_000 },
};

/** The platform's side, and what went wrong there. */
export interface World {
  readonly agenda: Agenda;
  readonly scenario: Scenario;
  readonly agents: ReadonlyMap<string, SimAgent>;
  readonly store: MemoryStore;
  /** Of the machine, ms since the epoch; it may be set. */
  readonly now: () => number;
  readonly watching: Watching;
  /** What the sweep does; it comes every few minutes here. */
  readonly sweep: () => Promise<void>;
  /** Flows that were cut off. */
  readonly cut: { count: number };
}

export function createWorld(scenario: Scenario, chance: Chance, stall: StallOptions): World {
  const agenda = new Agenda();
  const cut = { count: 0 };
  const isIn = (windows: readonly Window[]) =>
    windows.some(([from, to]) => from <= agenda.now && agenda.now < to);
  const now = () => epochMs + agenda.now + setBy(scenario, agenda.now);
  const mishaps = {
    isRedisAway: () => isIn(scenario.redisAway),
    wrote: () => {
      if (chance.is(scenario.kills)) throw new SwarmError(coreErrors.aborted, 'killed on purpose');
    },
  };
  const store = createMemoryStore(mishaps);
  const inboxes = createInboxes({
    isAway: () => isIn(scenario.inboxesAway),
    laid: (gas) => agents.get(gas.to)?.reads(gas),
  });
  const clock = { now, sleep: () => Promise.resolve() };
  const jobs = { add: <N extends JobName>(order: JobOrder<N>) => take(order) };
  const ledger = createLedger(
    { store, jobs, clock, inbox: inboxes, look: async () => 'missing' },
    { ...simulatedRules, reportTo: [] },
  );
  const intake = createIntake(
    { store, ledger, clock, logger: silentLogger },
    {
      agents: scenario.cast.map(({ id }) => ({ id, statusFile: id, inbox: id })),
      chain: () => scenario.chain,
      ...simulatedRules,
    },
  );
  const attempt = makeAttempt(cut);
  const seen = makeEyes(intake, { attempt, now, twice: () => chance.is(scenario.duplicates) });
  const ways: Ways = {
    take: inboxes.take,
    isOwn: (id) => store.all.get(id)?.meant == null,
    wrote: seen.file,
    moved: seen.done,
    says: (id) => attempt(() => ledger.record(id, { state: 'accepted', detail: 'said so' })),
  };
  const agents = new Map(scenario.cast.map((one) => [one.id, new SimAgent({ agenda, chance, ways }, one)]));
  const taken = new Set<string>();
  const work = makeWork({
    ...{ agenda, chance, ledger, inboxes, attempt },
    gasOf: (id) => store.all.get(id)?.gas,
  });

  async function take(order: JobOrder<JobName>): Promise<Kept> {
    if (isIn(scenario.redisAway)) throw new SwarmError(domainErrors.queueUnavailable, 'away on purpose');
    if (!taken.has(order.id)) {
      taken.add(order.id);
      work(order);
      if (chance.is(scenario.duplicates)) work(order);
    }
    return { kept: 'queue' };
  }

  const rounds = makeRounds(agents, seen);
  const watching = createWatching(
    { store, ledger, inbox: inboxes, clock, mishaps, elapsed: () => agenda.now },
    { agents: scenario.cast.map(({ id }) => id), stall },
  );
  // Nothing is scheduled here, and the chain stays as it is.
  const none = () => Promise.resolve();
  const parts = { rounds, store, ledger, intake, late: none, freeJoins: none, look: watching.look };
  const pipeline = createPipelineWork(parts);
  const sweep = async () => void (await attempt(pipeline.sweep));
  return { agenda, scenario, agents, store, watching, now, cut, sweep };
}

type Attempt = (work: () => Promise<unknown>) => Promise<boolean>;

/** False where a mishap cut it off; any other fault is one of the pipeline, and ends the run. */
function makeAttempt(cut: World['cut']): Attempt {
  return async (work) => {
    try {
      await work();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof SwarmError)) throw thrown;
      if (!thrown.retryable && !mishaps.includes(thrown.kind.code)) throw thrown;
      cut.count += 1;
      return false;
    }
  };
}

/** What an agent may meet that is none of the pipeline's faults: it spoke too early, or the process was killed. */
const mishaps: readonly string[] = [coreErrors.aborted.code, domainErrors.deliveryNotSent.code];

interface Seeing {
  readonly attempt: Attempt;
  readonly now: () => number;
  readonly twice: () => boolean;
}

/** How the platform sees what agents leave in files. */
function makeEyes(intake: Intake, { attempt, now, twice }: Seeing) {
  return {
    file: async (agent: SimAgent) => {
      const { file } = agent;
      if (file === null) return;
      const read = () => attempt(() => intake.observe(agent.id, file.raw, now()));
      agent.isUnread = !(await read());
      if (twice()) await read();
    },
    done: async (agent: SimAgent, id: string) => {
      const read = () => attempt(() => intake.acknowledge(agent.id, id, 'moved to done/'));
      if (await read()) agent.unseen.delete(id);
      if (twice()) await read();
    },
  };
}

/** What the sweep reads of every agent. */
function makeRounds(agents: ReadonlyMap<string, SimAgent>, seen: ReturnType<typeof makeEyes>): Rounds {
  return {
    status: () => Promise.resolve(),
    done: () => Promise.resolve(),
    all: async () => {
      for (const agent of agents.values()) {
        if (agent.isUnread) await seen.file(agent);
        for (const id of agent.unseen) await seen.done(agent, id);
      }
    },
  };
}

interface Working {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly ledger: Ledger;
  readonly inboxes: Inboxes;
  readonly attempt: Attempt;
  /** Of a delivery, by its id, which is what its jobs are about. */
  readonly gasOf: (id: string) => Gas | undefined;
}

const mostAttempts = 30;

/** The worker of `gas.deliver`, as the queue runs it: again after a fault or a kill, and given up in the end. */
function makeWork({
  agenda,
  chance,
  ledger,
  inboxes,
  attempt,
  gasOf,
}: Working): (order: JobOrder<JobName>) => void {
  return (order) => {
    const gas = gasOf(order.correlationId);
    if (gas === undefined) return;
    const run = async (tries: number): Promise<void> => {
      if (tries > mostAttempts) {
        await attempt(() => ledger.record(gas.id, { state: 'failed', detail: 'the inbox is away' }));
        return;
      }
      const isDone = await attempt(async () => {
        const state = await ledger.state(gas.id);
        if (state !== 'pending' && state !== 'queued' && state !== 'sent') return;
        await inboxes.deliver(gas);
        const { state: then } = await ledger.record(gas.id, { state: 'sent', detail: 'inbox' });
        if (then === 'rerouted') await inboxes.withdraw(gas);
      });
      if (!isDone) agenda.after(minute, () => run(tries + 1));
    };
    agenda.after(chance.between(100, 5_000), () => run(1));
  };
}

function setBy({ clockSet }: Scenario, at: number): number {
  return clockSet.reduce((sum, set) => (set.at <= at ? sum + set.by : sum), 0);
}
