// The face of the gas pipeline. Importing it is cheap: chokidar, node-cron and yaml load when something starts or
// a chain is read. Any process may build a pipeline; only one that starts watcher and schedule is driven by them.
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Brain } from '../contracts/brain.ts';
import type { Address } from '../contracts/chat.ts';
import type { Meter } from '../contracts/metrics.ts';
import type {
  AgentDirectory,
  AgentInbox,
  DeliveryLedger,
  GasBus,
  JobLook,
  JobSink,
  NoteAcknowledgement,
  PipelineWork,
} from '../contracts/ports.ts';
import type { AskPeople, GasDesk } from '../contracts/mailbox.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import type { SwarmControl, SwarmTraces } from '../contracts/swarm-orders.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import type { Service } from '../core/service.ts';
import { type GasAlertBoard, GasAlertWatch } from './alert-watch.ts';
import { makeAsk } from './ask.ts';
import { joinBoards } from './board/join-boards.ts';
import { createBrain } from './brain/brain.ts';
import { type BrainOptions, brainConfigSchema } from './brain/config.ts';
import { makeWords } from './brain/handover.ts';
import { type Chain, successor } from './chain.ts';
import type { pipelineConfigSchema } from './config.ts';
import { endOf, fallbacksOf, receiversOf } from './graph.ts';
import { createControl } from './control.ts';
import { viewOf } from './delivery.ts';
import { createDirectory } from './directory.ts';
import { createGasDesk } from './desk.ts';
import { makeAcknowledge } from './inboxes/acknowledge.ts';
import type { InboxConfig } from './inboxes/config.ts';
import { withEvidence } from './inboxes/evidence.ts';
import { createInboxes } from './inboxes/inboxes.ts';
import { createMailbox } from './inboxes/mailbox.ts';
import { createIntake, type Intake, type PipelineAgent } from './intake.ts';
import { createLedger } from './ledger.ts';
import { makeTraces } from './orders/traces.ts';
import { GasWatcher } from './progress/watch.ts';
import { createRounds } from './rounds.ts';
import { GasSchedule } from './schedule.ts';
import type { StallBoard } from './stall/board.ts';
import { type StallOptions, stallConfigSchema } from './stall/config.ts';
import { createStall } from './stall/stall.ts';
import { createWatchStore } from './stall/store.ts';
import { makeThresholds } from './stall/thresholds-by-pace.ts';
import { createGasStore } from './store.ts';
import { createPipelineWork } from './sweep.ts';
import type { TellDeps } from './tell.ts';
import { createTickRecord } from './tick-record.ts';
import { makeLateTick, makeSkipped } from './late-tick.ts';
import { type GasOptions, gasConfigSchema } from './words/config.ts';
import type { Templates } from './words/load.ts';
import { ownTemplates } from './words/own.ts';

export type { ReceiverAlert } from './alerts.ts';
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
  /** Gas over RabbitMQ, asked for at each delivery. Default: there is none. */
  readonly bus?: () => GasBus | undefined;
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
  /** Default: as an empty section of the configuration. */
  readonly stall?: StallOptions;
  readonly brain?: BrainOptions;
  /** `templates` from `loadTemplates`; default: our own words. */
  readonly gas?: Omit<GasOptions, 'templates'> & { readonly templates: Templates };
}

/** How long, and how much, until somebody else is asked. */
export type Patience = Pick<
  z.infer<typeof pipelineConfigSchema>,
  'ackTries' | 'ackRetryMs' | 'silentAfterMs' | 'maxOpen'
>;

/** Its parts, each behind its port. */
export interface Pipeline {
  readonly directory: AgentDirectory;
  readonly ledger: DeliveryLedger;
  readonly work: PipelineWork;
  readonly inbox: AgentInbox;
  readonly noteAcknowledgement: NoteAcknowledgement;
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
  /** Reports of progress that come through a door. */
  readonly progress: ProgressSink;
  /** Gas that agents ask for. */
  readonly desk: GasDesk;
  /** Questions of agents to people. */
  readonly ask: AskPeople;
  /** What people have to look after themselves. */
  readonly alerts: GasAlertBoard & Service;
  /** Keeps the boards of the chain up to date. */
  readonly boards: Service;
  /** From now on this is who hands over to whom; schedules take a start of `schedule`. Returns what was before. */
  rechain(chain: Chain): Chain;
}

/** Puts the parts together; connects to nothing and starts nothing. */
export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const { redis, jobs, clock, logger, meter, look, forget, faults } = deps;
  const { prefix, reportTo, ackTimeoutMs, sweepCron } = options;
  const current = { chain: options.chain };
  const chain = () => current.chain;
  const brainOptions = options.brain ?? brainConfigSchema.parse({});
  const gas = options.gas ?? { ...gasConfigSchema.parse({}), templates: ownTemplates };
  const stall = options.stall ?? stallConfigSchema.parse({});
  const patience = { ...defaultPatience, ...options.patience, dryAfterMs: stall.outOfGasAfterMs };
  const agents = options.agents.map(absolute);
  const names = agents.map(({ id }) => id);
  const store = createGasStore({ redis, logger }, { prefix });
  const mailbox = createMailbox({ redis }, { prefix });
  const inbox = createInboxes({ clock, bus: deps.bus, mailbox }, agents);
  const ledger = createLedger(
    { store, jobs, clock, meter, look, forget, inbox },
    { reportTo, ackTimeoutMs, ...patience },
  );
  const brain = createBrain(redis, { prefix, ...brainOptions });
  // Also whoever stands in for one of them.
  const mayReceive = (agent: string) =>
    receiversOf(chain(), agent).flatMap((to) => [to, ...fallbacksOf(chain(), to)]);
  const words = makeWords({ brain, store, logger }, { ...gas, ...brainOptions, receiversOf: mayReceive });
  const watches = createWatchStore({ redis, logger }, { prefix });
  const thresholds = gas.adaptive ? makeThresholds(watches, gas) : undefined;
  const intake = withEvidence(
    createIntake({ store, ledger, clock, logger, words, thresholds }, { agents, chain, ...patience }),
    { store, ledger, ackOf: inbox.ackOf },
  );
  const rounds = createRounds({ intake, clock }, agents);
  const scheduled = {
    get schedules() {
      return current.chain.schedules;
    },
    ...(sweepCron === undefined ? {} : { sweepCron }),
  };
  const ticks = createTickRecord(redis, { prefix });
  const late = makeLateTick({ ticks, clock, logger, faults, run: intake.scheduled }, scheduled);
  const directory = createDirectory({ store, watches, clock }, { agents: names, chain, stall });
  const { boards, watch } = joinBoards({ redis, directory, store, jobs, clock, logger }, { prefix, chain });
  const control = createControl({ boards, store, ledger, inbox, brain, clock, agents: names, chain });
  const expectsGas = (agent: string) =>
    endOf(chain(), agent) !== 'stop' && successor(chain(), agent) !== null;
  const silence = createStall(
    { watches, store, ledger, control, clock, logger },
    { agents, reportTo, stall, expectsGas },
  );
  return {
    directory: {
      ...directory,
      skipped: makeSkipped({ ticks, clock }),
    },
    ledger: { state: ledger.state, record: async (id, event) => viewOf(await ledger.record(id, event)) },
    work: createPipelineWork({ rounds, store, ledger, intake, late, look: silence.look }),
    inbox,
    noteAcknowledgement: makeAcknowledge({ store, ledger }),
    control,
    traces: makeTraces({ store, agents: names }),
    brain,
    stalls: silence.board,
    watcher: new GasWatcher({ rounds, clock, logger }, agents),
    schedule: new GasSchedule({ jobs, clock, logger, look, faults, ticks }, scheduled),
    alerts: new GasAlertWatch({ store, clock, logger }),
    boards: watch,
    observe: intake.observe,
    progress: intake,
    ask: makeAsk({ redis, jobs, clock }, { prefix, reportTo }),
    desk: createGasDesk(
      { mailbox, store, ledger, clock },
      agents.flatMap(({ id, inbox: kind }) => (typeof kind !== 'string' && kind.kind === 'pull' ? [id] : [])),
    ),
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
};

/** With absolute paths. */
function absolute(agent: PipelineAgent): PipelineAgent {
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(given));
  const { id, statusFile, inbox, workspace, pidFile } = agent;
  return {
    id,
    inbox: resolved(inbox),
    ...{ statusFile: path(statusFile), workspace: path(workspace), pidFile: path(pidFile) },
  };
}

function resolved(inbox: string | InboxConfig): string | InboxConfig {
  if (typeof inbox === 'string') return resolve(inbox);
  return inbox.kind === 'file' ? { ...inbox, path: resolve(inbox.path) } : inbox;
}
