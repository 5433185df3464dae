// The parts of a pipeline that take events in and decide: its records, its inboxes, the ledger and the intake. What asks
// them or drives them stands around them, in index.ts.
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Address } from '../contracts/chat.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { GasBus, JobLook, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { createBrain } from './brain/brain.ts';
import { type BrainOptions, brainConfigSchema } from './brain/config.ts';
import { makeWords } from './brain/handover.ts';
import type { Chain } from './chain.ts';
import type { pipelineConfigSchema } from './config.ts';
import { makeFreeJoins } from './free-joins.ts';
import { fallbacksOf, receiversOf } from './graph.ts';
import type { InboxConfig } from './inboxes/config.ts';
import { withEvidence } from './inboxes/evidence.ts';
import { createInboxes } from './inboxes/inboxes.ts';
import { createMailbox } from './inboxes/mailbox.ts';
import { createIntake, type PipelineAgent } from './intake.ts';
import { createLedger } from './ledger.ts';
import { makeStoreRhythm } from './record-reader.ts';
import { type StallOptions, stallConfigSchema } from './stall/config.ts';
import { createWatchStore } from './stall/store.ts';
import { makeThresholds } from './stall/thresholds-by-pace.ts';
import { createGasStore } from './store.ts';
import type { TellDeps } from './tell.ts';
import { type GasOptions, gasConfigSchema } from './words/config.ts';
import type { Templates } from './words/load.ts';
import { ownTemplates } from './words/own.ts';

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

/** Connects to nothing. @param chain the present one */
export function createEngine(deps: PipelineDeps, options: PipelineOptions, chain: () => Chain) {
  const { redis, clock, logger, bus } = deps;
  const { prefix, reportTo, ackTimeoutMs } = options;
  const brainOptions = options.brain ?? brainConfigSchema.parse({});
  const gas = options.gas ?? { ...gasConfigSchema.parse({}), templates: ownTemplates };
  const stall = options.stall ?? stallConfigSchema.parse({});
  const patience = { ...defaultPatience, ...options.patience, dryAfterMs: stall.outOfGasAfterMs };
  const agents = options.agents.map(absolute);
  const rhythm = makeStoreRhythm();
  const store = createGasStore({ redis, logger, rhythm }, { prefix });
  const mailbox = createMailbox({ redis }, { prefix });
  const inbox = createInboxes({ clock, bus, mailbox }, agents);
  const ledger = createLedger({ ...deps, store, inbox }, { reportTo, ackTimeoutMs, ...patience });
  const brain = createBrain({ redis, rhythm }, { prefix, ...brainOptions });
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
  const names = agents.map(({ id }) => id);
  const { maxBytes } = gas;
  const freeing = { agents: names, chain, maxBytes, ...patience };
  const freeJoins = makeFreeJoins({ store, ledger, clock, words }, freeing);
  return { agents, stall, store, mailbox, inbox, ledger, brain, watches, intake, freeJoins, maxBytes };
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
    inbox: inbox === undefined ? undefined : resolved(inbox),
    ...{ statusFile: path(statusFile), workspace: path(workspace), pidFile: path(pidFile) },
  };
}

function resolved(inbox: string | InboxConfig): string | InboxConfig {
  if (typeof inbox === 'string') return resolve(inbox);
  return inbox.kind === 'file' ? { ...inbox, path: resolve(inbox.path) } : inbox;
}
