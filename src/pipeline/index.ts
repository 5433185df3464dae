// The face of the gas pipeline. Importing it is cheap: chokidar, node-cron and yaml load when something starts or
// a chain is read. Any process may build a pipeline; only one that starts watcher and schedule is driven by them.
import { resolve } from 'node:path';
import type { Address } from '../contracts/chat.ts';
import type {
  AgentDirectory,
  AgentInbox,
  DeliveryLedger,
  JobLook,
  JobSink,
  PipelineWork,
} from '../contracts/ports.ts';
import type { AskPeople, GasDesk } from '../contracts/mailbox.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import type { SwarmControl, SwarmTraces } from '../contracts/swarm-orders.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import type { Service } from '../core/service.ts';
import type { Chain } from './chain.ts';
import { makeAsk } from './ask.ts';
import { createControl } from './control.ts';
import { makeTraces } from './orders/traces.ts';
import { viewOf } from './delivery.ts';
import { createDirectory } from './directory.ts';
import { createGasDesk } from './desk.ts';
import { createInboxes } from './inboxes/inboxes.ts';
import { createMailbox } from './inboxes/mailbox.ts';
import { createIntake, type Intake, type PipelineAgent } from './intake.ts';
import { createLedger } from './ledger.ts';
import { GasWatcher } from './progress/watch.ts';
import { createRounds } from './rounds.ts';
import { GasSchedule } from './schedule.ts';
import { createGasStore } from './store.ts';
import { createPipelineWork } from './sweep.ts';
import type { TellDeps } from './tell.ts';

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
  /** Who is told what becomes of each delivery. */
  readonly reportTo: readonly Address[];
  /** Cron expression of the sweep; default every minute. */
  readonly sweepCron?: string;
}

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
  /** Reports of progress that come through a door. */
  readonly progress: ProgressSink;
  /** Gas that agents ask for. */
  readonly desk: GasDesk;
  /** Questions of agents to people. */
  readonly ask: AskPeople;
}

/** Puts the parts together; connects to nothing and starts nothing. */
export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const { redis, jobs, clock, logger, meter, look, forget, faults } = deps;
  const { prefix, chain, reportTo, ackTimeoutMs, sweepCron } = options;
  const agents = options.agents.map(({ id, statusFile, inbox }) => ({
    id,
    statusFile: statusFile === undefined ? undefined : resolve(statusFile),
    inbox: typeof inbox === 'string' ? resolve(inbox) : inbox,
  }));
  const store = createGasStore({ redis, logger }, { prefix });
  const ledger = createLedger({ store, jobs, clock, meter, look, forget }, { reportTo, ackTimeoutMs });
  const intake = createIntake({ store, ledger, clock, logger }, { agents, chain });
  const mailbox = createMailbox({ redis }, { prefix });
  const inbox = createInboxes({ mailbox }, agents);
  const rounds = createRounds({ intake, clock }, agents);
  const { schedules } = chain;
  return {
    directory: createDirectory(store, { agents: agents.map(({ id }) => id), chain }),
    ledger: { state: ledger.state, record: async (id, event) => viewOf(await ledger.record(id, event)) },
    work: createPipelineWork({ rounds, store, ledger, intake }),
    inbox,
    control: createControl({ store, ledger, inbox, clock, agents: agents.map(({ id }) => id), chain }),
    traces: makeTraces({ store, agents: agents.map(({ id }) => id) }),
    watcher: new GasWatcher({ rounds, clock, logger }, agents),
    schedule: new GasSchedule(
      { jobs, clock, logger, look, faults },
      { schedules, ...(sweepCron === undefined ? {} : { sweepCron }) },
    ),
    observe: intake.observe,
    progress: intake,
    ask: makeAsk({ redis, jobs, clock }, { prefix, reportTo }),
    desk: createGasDesk(
      { mailbox, store, ledger, clock },
      agents.flatMap(({ id, inbox: kind }) => (typeof kind !== 'string' && kind.kind === 'pull' ? [id] : [])),
    ),
  };
}
