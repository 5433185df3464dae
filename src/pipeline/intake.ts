// The one way in for events about agents: a version of a status, a tick of a schedule, an acknowledgement.
// Decides with the pure machines, stores, then lets the ledger act. It reads no files.
import { domainErrors } from '../contracts/errors.ts';
import type { PipelineWork } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type Chain, successor } from './chain.ts';
import { type Delivery, newDelivery } from './delivery.ts';
import { toGas, toScheduledGas } from './gas.ts';
import { type Ledger, untilSaved } from './ledger.ts';
import {
  type DeliverEffect,
  newRun,
  pauseOf,
  type Run,
  type RunEvent,
  readFor,
  transitionRun,
} from './machine.ts';
import type { Reading } from './progress/read-status.ts';
import type { GasStore } from './store.ts';
import { levelOf, type Thresholds } from './thresholds.ts';
import { type Write, writePlainly } from './words/writer.ts';

export interface IntakeDeps {
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For a mission that begins. Default: the fixed ones. */
  readonly thresholds?: ((agent: string) => Promise<Thresholds>) | undefined;
  /** Gets ready to write the hand-overs of one step. Default: in our own words, with nothing known beside it. */
  readonly words?: (run: Run, effects: readonly DeliverEffect[]) => Promise<Write>;
}

/** One agent as it is configured. Paths are absolute. */
export interface PipelineAgent {
  readonly id: string;
  /** The agent's status.json. */
  readonly statusFile: string;
  /** Folder that gas is written to; its `done/` is where the agent moves what it accepted. */
  readonly inbox: string;
}

export interface IntakeOptions {
  readonly agents: readonly PipelineAgent[];
  readonly chain: Chain;
}

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
  const agents = new Map(options.agents.map((agent) => [agent.id, agent]));

  function known(id: string): PipelineAgent {
    const agent = agents.get(id);
    if (agent) return agent;
    throw new SwarmError(
      domainErrors.agentUnknown,
      `no agent ${id}; configured: ${[...agents.keys()].join(', ')}`,
    );
  }

  async function advance(id: string, version: Version, read: (run: Run) => Reading): Promise<void> {
    const { statusFile } = known(id);
    const saved = await untilSaved(`run of ${id}`, async () => {
      const held = await store.run(id);
      const before = held.value ?? newRun(id);
      if (isOvertaken(before, version.at)) return { before, run: before, created: [] };
      const reading = located(read(before), statusFile);
      const begins = reading.kind === 'valid' && reading.mission !== before.mission;
      const given = begins ? await thresholds?.(id) : undefined;
      const { run, effects } = transitionRun(before, { reading, thresholds: given, ...version });
      const write = effects.length > 0 && words ? await words(run, effects) : writePlainly;
      const created = effects.flatMap((effect) => toDelivery(run, effect, write));
      return (await store.saveRun(held, run, created)) ? { before, run, created } : null;
    });
    tellProblem(logger, saved.before, saved.run);
    for (const delivery of saved.created) await ledger.begin(delivery);
  }

  function toDelivery(run: Run, effect: DeliverEffect, write: Write): Delivery[] {
    const to = successor(options.chain, run.agent);
    if (to === null) {
      logger.info({ agent: run.agent, checkpoint: effect.checkpoint }, 'checkpoint without a next agent');
      return [];
    }
    known(to);
    const gas = toGas(run, effect, { to, createdAt: clock.now() }, write);
    const reached = `${run.agent} reached ${effect.percent} %${whyThen(run, effect)}`;
    if (effect.kind === 'deliver') return [newDelivery(gas, reached)];
    return [newDelivery(gas, `${reached} while paused by ${pauseOf(run)?.by}`, { state: 'held' })];
  }

  return {
    observe: async (agent, raw, at, writtenAt = at) => {
      known(agent);
      if (raw !== null) await advance(agent, { at, writtenAt }, (run) => readFor(run, raw));
    },
    unreadable: (agent, fault, at) =>
      advance(agent, { at, writtenAt: at }, () => ({ kind: 'invalid', detail: fault })),
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

/** Said where a checkpoint did not fire at its own percent. */
function whyThen({ thresholds }: Run, { checkpoint }: DeliverEffect): string {
  const level = levelOf(thresholds, checkpoint);
  return level === checkpoint ? '' : ` (${checkpoint} % fires at ${level}: ${thresholds.reason})`;
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
