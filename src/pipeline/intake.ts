// The one way in for events about agents: a version of a status, a tick of a schedule, an acknowledgement.
// Decides with the pure machines, stores, then lets the ledger act. It reads no files.
import { domainErrors } from '../contracts/errors.ts';
import type { PipelineWork } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type DecideOptions, makeDecide } from './decide.ts';
import { newDelivery } from './delivery.ts';
import { findDry } from './dry.ts';
import { toScheduledGas } from './gas.ts';
import type { Ledger } from './ledger.ts';
import { untilSaved } from './until-saved.ts';
import { lateness, newRun, type Run, type RunEvent, readFor, transitionRun } from './machine.ts';
import type { Reading } from './progress/read-status.ts';
import type { GasStore } from './store.ts';

export interface IntakeDeps {
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One agent as it is configured. Paths are absolute. */
export interface PipelineAgent {
  readonly id: string;
  /** The agent's status.json. */
  readonly statusFile: string;
  /** Folder that gas is written to; its `done/` is where the agent moves what it accepted. */
  readonly inbox: string;
}

export interface IntakeOptions extends DecideOptions {
  readonly agents: readonly PipelineAgent[];
  /** An agent that is complete and gets nothing for so long is out of gas, ms. */
  readonly dryAfterMs: number;
}

/** What became of a word: `late` and `duplicate` are no faults, and change nothing. */
export type Taken = 'taken' | 'late' | 'duplicate';

export interface Intake {
  /**
   * A version of an agent's status, read at `at` and written at `writtenAt` (ms; default: just then); null: the file is
   * absent, nothing changes. A version that was read before the newest stored one is dropped: another process saw a
   * later file. @throws SwarmError AGENT_UNKNOWN, RECORD_UNREADABLE
   */
  observe(agent: string, raw: string | null, at: number, writtenAt?: number): Promise<void>;
  /** The status is there and cannot be opened: a version like one that is not JSON. @throws as `observe` */
  unreadable(agent: string, fault: string, at: number): Promise<void>;
  /**
   * A word that came by another door than the file; `read` makes a reading of it with the run's own memory. One with a place
   * is taken once, and not after a later one of the same source. @throws as `observe`
   */
  report(agent: string, read: (run: Run) => Reading, version: Version): Promise<Taken>;
  /** Tells agents that are complete and got nothing for too long. @throws as `observe` */
  findDry(): Promise<void>;
  /**
   * The receiver moved the gas to its done folder. An unknown delivery, or one to another agent, changes nothing.
   * @throws SwarmError RECORD_UNREADABLE
   */
  acknowledge(agent: string, id: string, detail: string): Promise<void>;
  /** The same schedule and tick make one delivery. @throws SwarmError AGENT_UNKNOWN */
  scheduled: PipelineWork['scheduled'];
}

export type Version = Pick<RunEvent, 'at' | 'writtenAt' | 'place'>;

export function createIntake(deps: IntakeDeps, options: IntakeOptions): Intake {
  const { store, ledger, clock, logger } = deps;
  const agents = new Map(options.agents.map((agent) => [agent.id, agent]));
  const decide = makeDecide({ store, clock, logger }, options);

  function known(id: string): PipelineAgent {
    const agent = agents.get(id);
    if (agent) return agent;
    throw new SwarmError(
      domainErrors.agentUnknown,
      `no agent ${id}; configured: ${[...agents.keys()].join(', ')}`,
    );
  }

  async function advance(id: string, version: Version, read: (run: Run) => Reading): Promise<Taken> {
    known(id);
    const saved = await untilSaved(`run of ${id}`, async () => {
      const held = await store.run(id);
      const before = held.value ?? newRun(id);
      const late = isOvertaken(before, version.at) ? 'late' : lateness(before, version.place);
      if (late !== null) return { taken: late, before, run: before, created: [] };
      const { run, effects } = transitionRun(before, { reading: read(before), ...version });
      const { created, beside } = await decide(run, effects);
      return (await store.saveRun(held, run, created, beside))
        ? { taken: 'taken' as const, before, run, created }
        : null;
    });
    tellProblem(logger, saved.before, saved.run);
    for (const delivery of saved.created) await ledger.begin(delivery);
    return saved.taken;
  }

  /** A version of the file: what is wrong with it is told with its place. */
  async function version(id: string, version: Version, read: (run: Run) => Reading): Promise<void> {
    const { statusFile } = known(id);
    await advance(id, version, (run) => located(read(run), statusFile));
  }

  return {
    observe: async (agent, raw, at, writtenAt = at) => {
      known(agent);
      if (raw !== null) await version(agent, { at, writtenAt }, (run) => readFor(run, raw));
    },
    unreadable: (agent, fault, at) =>
      version(agent, { at, writtenAt: at }, () => ({ kind: 'invalid', detail: fault })),
    report: (agent, read, version) => advance(agent, version, read),
    findDry: () =>
      findDry({ store, clock, logger }, { agents: [...agents.keys()], dryAfterMs: options.dryAfterMs }),
    acknowledge: async (agent, id, detail) => {
      const delivery = (await store.delivery(id)).value;
      if (delivery?.gas.to !== agent) return;
      // what lies in done/ lay in the inbox, though the worker may have been killed before it could say so
      await ledger.record(id, { state: 'sent', detail });
      await ledger.record(id, { state: 'accepted', detail });
    },
    scheduled: async (order) => {
      known(order.to);
      await ledger.once(newDelivery(toScheduledGas(order, clock.now()), `tick ${order.tick}`));
    },
  };
}

/** Once per change, however often the same version is read. */
function tellProblem(logger: Logger, before: Run, run: Run): void {
  if (before.problem === run.problem) return;
  if (run.problem === null) logger.info({ agent: run.agent }, 'status is readable again');
  else
    logger.warn({ agent: run.agent, problem: run.problem }, 'status cannot be used; the last good one stays');
}

/** Another process read a later version. More than a minute is no late reader but a clock that was set back. */
function isOvertaken(run: Run, at: number): boolean {
  const behindMs = (run.readAt ?? at) - at;
  return behindMs > 0 && behindMs < 60_000;
}

function located(reading: Reading, path: string): Reading {
  return reading.kind === 'valid' ? reading : { kind: 'invalid', detail: `${path}: ${reading.detail}` };
}
