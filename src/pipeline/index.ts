// The face of the gas pipeline. Importing it is cheap: chokidar, node-cron and yaml load when something starts or
// a chain is read. Any process may build a pipeline; only one that starts watcher and schedule is driven by them.
import { resolve } from 'node:path';
import type { Brain } from '../contracts/brain.ts';
import type { Address } from '../contracts/chat.ts';
import type { Meter } from '../contracts/metrics.ts';
import type {
  AgentDirectory,
  AgentInbox,
  DeliveryLedger,
  JobLook,
  JobSink,
  PipelineWork,
} from '../contracts/ports.ts';
import type { SwarmControl, SwarmTraces } from '../contracts/swarm-orders.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import type { Service } from '../core/service.ts';
import { createBrain } from './brain/brain.ts';
import { type BrainOptions, brainConfigSchema } from './brain/config.ts';
import { makeWords } from './brain/handover.ts';
import { type Chain, successor } from './chain.ts';
import { createControl } from './control.ts';
import { viewOf } from './delivery.ts';
import { createDirectory } from './directory.ts';
import { createFileInbox } from './inboxes/file-inbox.ts';
import { createIntake, type Intake, type PipelineAgent } from './intake.ts';
import { createLedger } from './ledger.ts';
import { makeTraces } from './orders/traces.ts';
import { GasWatcher } from './progress/watch.ts';
import { createRounds } from './rounds.ts';
import { GasSchedule } from './schedule.ts';
import type { StallBoard } from './stall/board.ts';
import { type StallOptions, stallConfigSchema } from './stall/config.ts';
import type { Watchable } from './stall/evidence.ts';
import { createStall } from './stall/stall.ts';
import { createWatchStore } from './stall/store.ts';
import { makeThresholds } from './stall/thresholds-by-pace.ts';
import { createGasStore } from './store.ts';
import { createPipelineWork } from './sweep.ts';
import type { TellDeps } from './tell.ts';
import { type GasOptions, gasConfigSchema } from './words/config.ts';
import type { Templates } from './words/load.ts';
import { ownTemplates } from './words/own.ts';

export { type Chain, loadChain } from './chain.ts';
export { inspectInboxes } from './inboxes/check.ts';
export type { PipelineAgent } from './intake.ts';
export { loadTemplates } from './words/load.ts';

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
  readonly agents: readonly (PipelineAgent & Watchable)[];
  /** From `loadChain`. */
  readonly chain: Chain;
  readonly ackTimeoutMs: number;
  /** Who is told what becomes of each delivery. */
  readonly reportTo: readonly Address[];
  /** Cron expression of the sweep; default every minute. */
  readonly sweepCron?: string;
  /** Default: as an empty section of the configuration. */
  readonly stall?: StallOptions;
  readonly brain?: BrainOptions;
  /** `templates` from `loadTemplates`; default: our own words. */
  readonly gas?: Omit<GasOptions, 'templates'> & { readonly templates: Templates };
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
  /** What agents learned. */
  readonly brain: Brain;
  /** What people must hear of silent agents. */
  readonly stalls: StallBoard;
  /** One reading of one status file. */
  readonly observe: Intake['observe'];
}

/** Puts the parts together; connects to nothing and starts nothing. */
export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const { redis, jobs, clock, logger, meter, look, forget, faults } = deps;
  const { prefix, chain, reportTo, ackTimeoutMs, sweepCron } = options;
  const brainOptions = options.brain ?? brainConfigSchema.parse({});
  const gas = options.gas ?? { ...gasConfigSchema.parse({}), templates: ownTemplates };
  const stall = options.stall ?? stallConfigSchema.parse({});
  const agents = options.agents.map(({ id, statusFile, inbox, workspace, pidFile }) => ({
    id,
    statusFile: resolve(statusFile),
    inbox: resolve(inbox),
    workspace: workspace === undefined ? undefined : resolve(workspace),
    pidFile: pidFile === undefined ? undefined : resolve(pidFile),
  }));
  const ids = agents.map(({ id }) => id);
  const store = createGasStore({ redis, logger }, { prefix });
  const ledger = createLedger({ store, jobs, clock, meter, look, forget }, { reportTo, ackTimeoutMs });
  const brain = createBrain(redis, { prefix, ...brainOptions });
  const receiversOf = (agent: string) => [successor(chain, agent)].filter((to) => to !== null);
  const words = makeWords({ brain, store, logger }, { ...gas, ...brainOptions, receiversOf });
  const watches = createWatchStore({ redis, logger }, { prefix });
  const thresholds = gas.adaptive ? makeThresholds(watches, gas) : undefined;
  const intake = createIntake({ store, ledger, clock, logger, words, thresholds }, { agents, chain });
  const inbox = createFileInbox({ agents });
  const rounds = createRounds({ intake, clock }, agents);
  const control = createControl({ store, ledger, inbox, brain, clock, agents: ids, chain });
  const expectsGas = (agent: string) => chain.end !== 'stop' && successor(chain, agent) !== null;
  const silence = createStall(
    { watches, store, ledger, control, clock, logger },
    { agents, reportTo, stall, expectsGas },
  );
  const { schedules } = chain;
  return {
    directory: createDirectory({ store, watches, clock }, { agents: ids, chain, stall }),
    ledger: { state: ledger.state, record: async (id, event) => viewOf(await ledger.record(id, event)) },
    work: createPipelineWork({ rounds, store, ledger, intake, look: silence.look }),
    inbox,
    control,
    traces: makeTraces({ store, agents: ids }),
    brain,
    stalls: silence.board,
    watcher: new GasWatcher({ rounds, clock, logger }, agents),
    schedule: new GasSchedule(
      { jobs, clock, logger, look, faults },
      { schedules, ...(sweepCron === undefined ? {} : { sweepCron }) },
    ),
    observe: intake.observe,
  };
}
