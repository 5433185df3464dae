// The one way in for events about agents: a version of a status, a tick of a schedule, an acknowledgement.
// Decides with the pure machines, stores, then lets the ledger act. It reads no files.
import { domainErrors } from '../contracts/errors.ts';
import type { PipelineWork } from '../contracts/ports.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type DecideDeps, type DecideOptions, makeDecide } from './decide.ts';
import { newDelivery } from './delivery.ts';
import { findDry } from './dry.ts';
import { toScheduledGas } from './gas.ts';
import { makeAcknowledge } from './inboxes/acknowledge.ts';
import type { InboxConfig } from './inboxes/config.ts';
import type { Ledger } from './ledger.ts';
import { type RunEvent, readFor } from './machine.ts';
import type { Reading } from './progress/read-status.ts';
import { answerTo, isOlderThanTold, weighReport } from './progress/report.ts';
import type { Run } from './run.ts';
import type { GasStore } from './store.ts';
import { makeTake, type TakeDeps } from './take.ts';
import { untilSaved } from './until-saved.ts';

export interface IntakeDeps {
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly thresholds?: TakeDeps['thresholds'];
  readonly words?: DecideDeps['words'];
}

/** One agent as it is configured. Paths are absolute. */
export interface PipelineAgent {
  readonly id: string;
  /** The agent's status.json; absent: it writes none. */
  readonly statusFile?: string | undefined;
  /** Where its gas goes; a text is a folder. */
  readonly inbox?: string | InboxConfig | undefined;
  /** Its own git working tree; absent: its commits are not looked for. */
  readonly workspace?: string | undefined;
  /** File with the id of its process; absent: that is not looked for. */
  readonly pidFile?: string | undefined;
}

export interface IntakeOptions extends DecideOptions {
  readonly agents: readonly PipelineAgent[];
  /** An agent that is complete and gets nothing for so long is out of gas, ms. */
  readonly dryAfterMs: number;
}

export interface Intake extends ProgressSink {
  /**
   * A version of an agent's status, read at `at` and written at `writtenAt` (ms; default: just then); null: the file is
   * absent, so what was wrong with it is over and nothing else changes. Resolves to false for one that was read before the
   * newest stored one, and is dropped: another process saw a later file, or this one is to be read again.
   * @throws SwarmError AGENT_UNKNOWN, RECORD_UNREADABLE
   */
  observe(agent: string, raw: string | null, at: number, writtenAt?: number): Promise<boolean>;
  /** The status is there and cannot be opened: a version like one that is not JSON. @throws as `observe` */
  unreadable(agent: string, fault: string, at: number): Promise<boolean>;
  /** @throws also what the queue throws for gas that is stored: the sweep gives it again */
  report: ProgressSink['report'];
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

type Version = Pick<RunEvent, 'at' | 'writtenAt'>;

export function createIntake(deps: IntakeDeps, options: IntakeOptions): Intake {
  const { store, ledger, clock, logger, words, thresholds } = deps;
  const known = makeLookup(options.agents);
  const note = makeAcknowledge({ store, ledger });
  const decide = makeDecide({ store, clock, logger, words }, options);
  const take = makeTake({ store, ledger, logger, thresholds, decide });

  /** A version of the file: what is wrong with it is told with its place. False where it is overtaken. */
  async function advance(id: string, version: Version, read: (run: Run) => Reading): Promise<boolean> {
    const { statusFile } = known(id);
    const { weighed } = await take(id, (run) => {
      const counts = !isOvertaken(run, version, clock.now());
      if (!counts || isOlderThanTold(run, version.writtenAt)) return { event: null, counts };
      return { event: { reading: located(read(run), statusFile ?? id), ...version }, counts };
    });
    return weighed.counts;
  }

  return {
    observe: async (agent, raw, at, writtenAt = at) => {
      known(agent);
      if (raw !== null) return advance(agent, { at, writtenAt }, (run) => readFor(run, raw));
      await forgetProblem(deps, agent, at);
      return true;
    },
    unreadable: (agent, fault, at) =>
      advance(agent, { at, writtenAt: at }, () => ({ kind: 'invalid', detail: fault })),
    report: async (report, word) => {
      known(report.agent);
      const { weighed, ...step } = await take(report.agent, (run) =>
        weighReport(run, report, { now: clock.now(), word }),
      );
      return answerTo(weighed, step);
    },
    findDry: () => {
      const agents = options.agents.map(({ id }) => id);
      return findDry({ store, clock, logger }, { agents, dryAfterMs: options.dryAfterMs });
    },
    acknowledge: async (agent, id, detail) => {
      await note({ agent, id, state: 'accepted' }, detail);
    },
    scheduled: async (order) => {
      known(order.to);
      await ledger.once(newDelivery(toScheduledGas(order, clock.now()), `tick ${order.tick}`));
    },
  };
}

/** Its status is gone, and so is what was wrong with it; what was good before stands. */
async function forgetProblem({ store, clock, logger }: IntakeDeps, id: string, at: number): Promise<void> {
  const isOver = await untilSaved(`run of ${id}`, async () => {
    const held = await store.run(id);
    const run = held.value;
    if (!run || run.problem === null || isOvertaken(run, { at, writtenAt: at }, clock.now())) return false;
    return (await store.saveRun(held, { ...run, problem: null, readAt: at }, [])) || null;
  });
  if (isOver) logger.info({ agent: id }, 'the status that could not be used is gone');
}

/** What it returns throws SwarmError AGENT_UNKNOWN. */
function makeLookup(configured: readonly PipelineAgent[]): (id: string) => PipelineAgent {
  const agents = new Map(configured.map((agent) => [agent.id, agent]));
  return (id) => {
    const agent = agents.get(id);
    if (agent) return agent;
    throw new SwarmError(
      domainErrors.agentUnknown,
      `no agent ${id}; configured: ${[...agents.keys()].join(', ')}`,
    );
  };
}

/**
 * Another process read a later version: at the same moment the file's own time tells which it is. Where the later one is of a
 * time to come, the clock was set back: what is read just now is later, unlike what was read before that, or by a process that
 * stood still. What was itself read in a time to come was read before that, and others may have been since.
 */
function isOvertaken(run: Run, { at, writtenAt }: Version, now: number): boolean {
  if (at - now >= skewMs) return true;
  const readAt = run.readAt ?? at;
  if (readAt === at) return writtenAt < (run.writtenAt ?? writtenAt);
  const isSetBack = readAt - now >= skewMs;
  const isJustRead = at <= now && now - at < justMs;
  return readAt > at && !(isSetBack && isJustRead);
}

/** Clocks of two machines may differ by less: their workers pause at more. A version is refused as long, and read again. */
const skewMs = 2_000;
const justMs = 5_000;

function located(reading: Reading, path: string): Reading {
  return reading.kind === 'valid' ? reading : { kind: 'invalid', detail: `${path}: ${reading.detail}` };
}
