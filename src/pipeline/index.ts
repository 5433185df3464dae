// The face of the gas pipeline. Importing it is cheap: chokidar, node-cron and yaml load when something starts or
// a chain is read. Any process may build a pipeline; only one that starts watcher and schedule is driven by them.
import type { Brain } from '../contracts/brain.ts';
import type { AskPeople, GasDesk, LookUpQuestion } from '../contracts/mailbox.ts';
import type {
  AgentDirectory,
  AgentInbox,
  CallOffGas,
  DeliveryLedger,
  NoteAcknowledgement,
  PipelineWork,
} from '../contracts/ports.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import type { SwarmControl, SwarmTraces } from '../contracts/swarm-orders.ts';
import type { Service } from '../core/service.ts';
import { type GasAlertBoard, GasAlertWatch } from './alert-watch.ts';
import { makeLookUp } from './answers.ts';
import { makeAsk } from './ask.ts';
import { joinBoards } from './board/join-boards.ts';
import { type Chain, inboxlessOf, successor } from './chain.ts';
import { createControl } from './control.ts';
import { type Delivery, viewOf } from './delivery.ts';
import { createGasDesk } from './desk.ts';
import { createDirectory } from './directory.ts';
import { createEngine, type PipelineDeps, type PipelineOptions } from './engine.ts';
import { endOf } from './graph.ts';
import { makeAcknowledge } from './inboxes/acknowledge.ts';
import type { Intake, PipelineAgent } from './intake.ts';
import { makeLateTick, makeSkipped } from './late-tick.ts';
import { makeCallOff } from './orders/call-off.ts';
import { makeTraces } from './orders/traces.ts';
import { GasWatcher } from './progress/watch.ts';
import { createQuestions } from './questions.ts';
import { createRounds } from './rounds.ts';
import { GasSchedule } from './schedule.ts';
import { makeWholeId } from './short-id.ts';
import type { StallBoard } from './stall/board.ts';
import { createStall } from './stall/stall.ts';
import { createPipelineWork } from './sweep.ts';
import { createTickRecord } from './tick-record.ts';

export type { ReceiverAlert } from './alerts.ts';
export { type Chain, inboxlessOf, loadChain, missionFiles } from './chain.ts';
export type { PipelineOptions } from './engine.ts';
export { inspectInboxes } from './inboxes/check.ts';
export { loadTemplates } from './words/load.ts';

/** Its parts, each behind its port. */
export interface Pipeline {
  readonly directory: AgentDirectory;
  readonly ledger: DeliveryLedger;
  /** Notes at a delivery why a try to lay it down failed. @throws as `ledger.record` */
  readonly noteMissed: (id: string, why: string) => Promise<unknown>;
  readonly callOff: CallOffGas;
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
  /** What became of them. */
  readonly lookUp: LookUpQuestion;
  /** What people have to look after themselves. */
  readonly alerts: GasAlertBoard & Service;
  /** Keeps the boards of the chain up to date. */
  readonly boards: Service;
  /** Who hands over to whom now. */
  chain(): Chain;
  /** From now on this is who hands over to whom; schedules take a start of `schedule`. */
  rechain(chain: Chain): void;
}

/** Puts the parts together; connects to nothing and starts nothing. */
export function createPipeline(deps: PipelineDeps, options: PipelineOptions): Pipeline {
  const { redis, jobs, clock, logger, look, faults } = deps;
  const { prefix, reportTo, sweepCron } = options;
  const current = { chain: options.chain };
  const chain = () => current.chain;
  const engine = createEngine(deps, options, chain);
  const { agents, stall, store, mailbox, inbox, ledger, brain, watches, intake, freeJoins, maxBytes } =
    engine;
  const names = agents.map(({ id }) => id);
  const inboxless = inboxlessOf(agents);
  const rounds = createRounds({ intake, clock }, agents);
  const scheduled = {
    get schedules() {
      return current.chain.schedules;
    },
    ...(sweepCron === undefined ? {} : { sweepCron }),
  };
  const ticks = createTickRecord(redis, { prefix });
  const late = makeLateTick({ ticks, clock, logger, faults, run: intake.scheduled }, scheduled);
  const directory = createDirectory(
    { store, watches, inbox, clock },
    { agents: names, inboxless, filed: filedOf(agents), chain, stall },
  );
  const { boards, watch } = joinBoards({ redis, directory, store, jobs, clock, logger }, { prefix, chain });
  const questions = createQuestions(redis, { prefix });
  const orders = {
    ...{ questions, boards, store, ledger, inbox, brain, clock },
    ...{ agents: names, inboxless, chain, freeJoins, maxBytes },
  };
  const control = createControl(orders);
  const silence = createStall(
    { watches, store, ledger, control, clock, logger },
    { agents, inboxless, reportTo, stall, expectsGas: (agent) => expectsGas(chain(), agent) },
  );
  return {
    directory: { ...directory, skipped: makeSkipped({ ticks, clock }) },
    ledger: byBeginning({ ledger, store, inbox, wholeId: makeWholeId(store) }),
    noteMissed: (id, why) => ledger.missed(id, why),
    callOff: makeCallOff(orders),
    work: createPipelineWork({ rounds, store, ledger, intake, late, freeJoins, look: silence.look }),
    inbox,
    noteAcknowledgement: makeAcknowledge({ store, ledger }),
    control,
    traces: makeTraces({ store, agents: names, questions }),
    brain,
    stalls: silence.board,
    watcher: new GasWatcher({ rounds, clock, logger }, agents),
    schedule: new GasSchedule({ jobs, clock, logger, look, faults, ticks }, scheduled),
    alerts: new GasAlertWatch({ store, clock, logger }),
    boards: watch,
    observe: intake.observe,
    progress: intake,
    ask: makeAsk({ redis, questions, jobs, clock }, { prefix, reportTo, inboxless }),
    lookUp: makeLookUp({ questions, ledger }, inboxless),
    desk: createGasDesk({ mailbox, inbox, store, ledger, clock }, pulling(agents)),
    chain,
    rechain: (next) => {
      current.chain = next;
    },
  };
}

/** The record as others see it: they may name a delivery by the beginning of its id. */
function byBeginning({
  ledger,
  store,
  inbox,
  wholeId,
}: Pick<ReturnType<typeof createEngine>, 'ledger' | 'store' | 'inbox'> & {
  readonly wholeId: ReturnType<typeof makeWholeId>;
}): DeliveryLedger {
  const shown = (delivery: Delivery) => ({ ...viewOf(delivery), gas: inbox.asRead(delivery.gas) });
  return {
    state: ledger.state,
    find: async (id) => {
      const delivery = (await store.delivery(await wholeId(id))).value;
      return delivery && shown(delivery);
    },
    record: async (id, event) => shown(await ledger.record(await wholeId(id), event)),
  };
}

/** Whether its chain is to go on behind it. */
function expectsGas(chain: Chain, agent: string): boolean {
  return endOf(chain, agent) !== 'stop' && successor(chain, agent) !== null;
}

/** Those with a status file. */
function filedOf(agents: readonly PipelineAgent[]): string[] {
  return agents.flatMap(({ id, statusFile }) => (statusFile === undefined ? [] : [id]));
}

/** Those that ask for their gas. */
function pulling(agents: readonly PipelineAgent[]): string[] {
  return agents.flatMap(({ id, inbox }) => (typeof inbox === 'object' && inbox.kind === 'pull' ? [id] : []));
}
