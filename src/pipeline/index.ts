// The face of the gas pipeline. Importing it is cheap: chokidar, node-cron and yaml load when something starts or
// a chain is read. Any process may build a pipeline; only one that starts watcher and schedule is driven by them.
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Address } from '../contracts/chat.ts';
import type {
  AgentDirectory,
  AgentInbox,
  DeliveryLedger,
  JobLook,
  JobSink,
  PipelineWork,
} from '../contracts/ports.ts';
import type { SwarmControl, SwarmTraces } from '../contracts/swarm-orders.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import type { Service } from '../core/service.ts';
import { type GasAlertBoard, GasAlertWatch } from './alert-watch.ts';
import type { Chain } from './chain.ts';
import type { pipelineConfigSchema } from './config.ts';
import { createControl } from './control.ts';
import { makeTraces } from './orders/traces.ts';
import { viewOf } from './delivery.ts';
import { createDirectory } from './directory.ts';
import { createFileInbox } from './inboxes/file-inbox.ts';
import { createIntake, type Intake, type PipelineAgent } from './intake.ts';
import { createLedger } from './ledger.ts';
import { GasWatcher } from './progress/watch.ts';
import { createRounds } from './rounds.ts';
import { GasSchedule } from './schedule.ts';
import { createGasStore } from './store.ts';
import { createPipelineWork } from './sweep.ts';
import type { TellDeps } from './tell.ts';

export type { ReceiverAlert } from './alerts.ts';
export { type Chain, loadChain } from './chain.ts';
export { inspectInboxes } from './inboxes/check.ts';
export type { PipelineAgent } from './intake.ts';

/** What the pipeline needs. */
export interface PipelineDeps {
  readonly redis: Redis;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Whether a job is still there; absent: nobody looks. */
  readonly look?: JobLook;
  /** As `TellDeps`. */
  readonly forget?: TellDeps['forget'];
  readonly faults?: FaultSink;
}

/** What it is told. */
export interface PipelineOptions {
  /** Key prefix in Redis, with its hash tag. */
  readonly prefix: string;
  readonly agents: readonly PipelineAgent[];
  /** From `loadChain`. */
  readonly chain: Chain;
  readonly ackTimeoutMs: number;
  /** As the section `pipeline` of the configuration; default as there. */
  readonly patience?: Partial<Patience>;
  /** Who is told what becomes of each delivery. */
  readonly reportTo: readonly Address[];
  /** Cron expression of the sweep; default every minute. */
  readonly sweepCron?: string;
}

/** How long, and how much, until somebody else is asked. */
export type Patience = Pick<
  z.infer<typeof pipelineConfigSchema>,
  'ackTries' | 'ackRetryMs' | 'silentAfterMs' | 'maxOpen' | 'dryAfterMs'
>;

/** Its parts, each behind its port. */
export interface Pipeline {
  readonly directory: AgentDirectory;
  readonly ledger: DeliveryLedger;
  readonly work: PipelineWork;
  readonly inbox: AgentInbox;
  readonly control: SwarmControl;
  readonly traces: SwarmTraces;
  readonly watcher: Service;
  readonly schedule: Service;
  /** One reading of one status file. */
  readonly observe: Intake['observe'];
  /** A word of an agent that came by another door than its file. */
  readonly report: Intake['report'];
  /** As `Intake`. */
  readonly acknowledge: Intake['acknowledge'];
  /** What people have to look after themselves. */
  readonly alerts: GasAlertBoard & Service;
  /** From now on this is who hands over to whom; schedules take a start of `schedule`. Returns what was before. */
  rechain(chain: Chain): Chain;
}

/** Puts the parts together; connects to nothing and starts nothing. */
export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const { redis, jobs, clock, logger, meter, look, forget, faults } = deps;
  const { prefix, reportTo, ackTimeoutMs, sweepCron } = options;
  const current = { chain: options.chain };
  const chain = () => current.chain;
  const patience = { ...defaultPatience, ...options.patience };
  const agents = options.agents.map(({ id, statusFile, inbox }) => ({
    id,
    statusFile: resolve(statusFile),
    inbox: resolve(inbox),
  }));
  const names = agents.map(({ id }) => id);
  const store = createGasStore({ redis, logger }, { prefix });
  const inbox = createFileInbox({ agents });
  const ledger = createLedger(
    { store, jobs, clock, meter, look, forget, inbox },
    { reportTo, ackTimeoutMs, ...patience },
  );
  const intake = createIntake({ store, ledger, clock, logger }, { agents, chain, ...patience });
  const rounds = createRounds({ intake, clock }, agents);
  const scheduled = {
    get schedules() {
      return current.chain.schedules;
    },
    ...(sweepCron === undefined ? {} : { sweepCron }),
  };
  return {
    directory: createDirectory(store, { agents: names, chain }),
    ledger: { state: ledger.state, record: async (id, event) => viewOf(await ledger.record(id, event)) },
    work: createPipelineWork({ rounds, store, ledger, intake }),
    inbox,
    control: createControl({ store, ledger, inbox, clock, agents: names, chain }),
    traces: makeTraces({ store, agents: names }),
    watcher: new GasWatcher({ rounds, clock, logger }, agents),
    schedule: new GasSchedule({ jobs, clock, logger, look, faults }, scheduled),
    alerts: new GasAlertWatch({ store, clock, logger }),
    observe: intake.observe,
    report: intake.report,
    acknowledge: intake.acknowledge,
    rechain: (next) => {
      const before = current.chain;
      current.chain = next;
      return before;
    },
  };
}

const defaultPatience: Patience = {
  ackTries: 3,
  ackRetryMs: 300_000,
  silentAfterMs: 86_400_000,
  maxOpen: 10,
  dryAfterMs: 1_800_000,
};
