// The doors between features that are strangers to each other; app joins the two sides of each.
import type { ActionNote, ActionView } from './actions.ts';
import type { AgentView, DeliveryList, DeliveryState, DeliveryView, Gas, SkippedTicks } from './agents.ts';
import type { Report } from './chat.ts';
import type { ResetAnswer } from './components.ts';
import type { DroneView } from './drones.ts';
import type { JobName, JobOrder, Kept } from './jobs.ts';
import type { DeadLetter, DeadLetterList, LetterFound, QueueView } from './queues.ts';
import type { RestartEnd, RestartOrder, RestartProgress, ServiceView } from './services.ts';
import type { ProcessView } from './system.ts';

/** Into the queue. @throws SwarmError QUEUE_UNAVAILABLE, QUEUE_FULL, OUTBOX_FULL, AGENT_UNKNOWN, JOB_INVALID */
export interface JobSink {
  /** Resolves to where the order is kept, when it outlives this process; a copy is kept nowhere. Adding the same id again changes nothing. */
  add<N extends JobName>(order: JobOrder<N>): Promise<Kept>;
}

/** What became of a job that was ordered. `missing`: nobody has it, and it never ended. @throws SwarmError QUEUE_UNAVAILABLE */
export type JobLook = (order: JobOrder<JobName>) => Promise<'open' | 'done' | 'failed' | 'missing'>;

/** Read model of the queues; throws rather than guess, as all directories do. */
export interface QueueDirectory {
  /** All that there are, of the whole fleet. */
  queues(): Promise<readonly QueueView[]>;
  /** The newest `limit` dead letters; of one queue, where it is named. */
  deadLetters(limit: number, queue?: string): Promise<DeadLetterList>;
  /** By the id of its job, or by the beginning of it. */
  deadLetter(id: string): Promise<LetterFound>;
}

/** Holds queues and deals with dead letters. Every method may be called again. @throws SwarmError REDIS_* */
export interface QueueControl {
  /** No worker anywhere takes from it; what runs goes on. It stays so over restarts. */
  pause(queue: string, by: string): Promise<void>;
  /** Workers take from it again. */
  resume(queue: string): Promise<void>;
  /**
   * Pauses it, and resolves at the end of what runs, when the signal fires, or when its resume or its pause was ordered
   * meanwhile; then it stays paused.
   */
  drain(queue: string, by: string, signal: AbortSignal): Promise<Drained>;
  /** Gives a drain up: workers take from it again, unless a pause holds it or waits to. Resolves to whether they do. */
  endDrain(queue: string): Promise<boolean>;
  /** Runs it again, under its own id and with a fresh deadline; what was done of it stays done. */
  redrive(letter: DeadLetter): Promise<RedriveOutcome>;
  /** Takes it away for good; the same order again does nothing either. */
  discard(letter: DeadLetter): Promise<void>;
}
/** How a drain ended. */
export interface Drained {
  /** How many still run, `lost` among them. */
  readonly left: number;
  /** Begun, not known to have ended, and held by no worker: name and id of each. */
  readonly lost: readonly string[];
  /**
   * Not among them: their process has had no connection to Redis for a while, so it ended, or is halted or cut off and may go
   * on. Another runs them once workers take from the queue; name and id of each.
   */
  readonly gone: readonly string[];
  /** The order that waits for the end of the drain, with the principal who gave it; null: none. */
  readonly takenOver: { readonly order: 'resume' | 'pause'; readonly by: string } | null;
}
/** `done`: it had been done after all. `open`: its job is in the queue already. */
export type RedriveOutcome = 'redriven' | 'done' | 'open';

/**
 * Calls off what came of one use of a command, or what nobody asked for: a delivery by its id, another job by its own.
 * `cancelled`: none of it will be done. `cancelling`: it runs, and was told to end; its report says how it did. `too-late`:
 * it is done, or out of our hands. `unknown`: nothing of that name is known.
 */
export interface JobCanceller {
  /** @param by principal. @throws SwarmError REDIS_* */
  cancel(id: string, by: string): Promise<'cancelled' | 'cancelling' | 'too-late' | 'unknown'>;
  /** Whether a job or a delivery is called that. @throws SwarmError REDIS_* */
  knows(id: string): Promise<boolean>;
}

/** Restarts a service and says what came of it. Safe to call again with the same order id. */
export interface ServiceControl {
  /** Resolves when the restart has ended one way or the other, at the order's deadline at the latest. */
  restart(
    order: RestartOrder,
    onProgress: (progress: RestartProgress) => Promise<void>,
    signal: AbortSignal,
  ): Promise<RestartEnd>;
  /** What keeps orders from going out at present, in words for people; null or absent when nothing is known to. */
  obstacle?(): string | null;
}

/** What is remembered of restart orders. */
export interface SentOrders {
  /** Whether it may have left the house, also where nobody has confirmed that. @throws SwarmError REDIS_* */
  mayBeOut(orderId: string): Promise<boolean>;
}

/** The inboxes of all agents, whatever kind each is. `deliver` is idempotent by gas id, as far as the channel lets it. */
export interface AgentInbox {
  /** @throws SwarmError INBOX_UNWRITABLE, INBOX_UNREACHABLE, INBOX_UNCERTAIN, INBOX_BUSY, INBOX_MISCONFIGURED, AGENT_UNKNOWN */
  deliver(gas: Gas, signal?: AbortSignal): Promise<Handed>;
  /** Whether the agent has been given it; null where its channel cannot be asked. @throws as `deliver` */
  has(gas: Gas, signal?: AbortSignal): Promise<boolean | null>;
  /** Takes back what the agent has not accepted. @throws as `deliver` */
  withdraw(gas: Gas, signal?: AbortSignal): Promise<Withdrawn>;
}
/**
 * `where` it lies, or was refused; `acknowledged` where the receiver said so in the same breath. `waiting`: it lies where its
 * receiver fetches it. `refused` is for good.
 */
export type Handed =
  | {
      readonly state: 'sent';
      readonly where: string;
      readonly acknowledged?: 'accepted' | 'working';
    }
  | { readonly state: 'waiting'; readonly where: string }
  | { readonly state: 'refused'; readonly where: string; readonly reason: string };
/** `taken`: the agent has accepted it. `out`: it is with the agent, and the channel takes nothing back. */
export type Withdrawn = 'withdrawn' | 'absent' | 'taken' | 'out';

/** What an agent says of a gas that is for it. */
export interface GasAcknowledgement {
  readonly agent: string;
  readonly id: string;
  readonly state: 'accepted' | 'working';
}
/** `unknown`: no gas of that id is for that agent. @param detail the way it came @throws SwarmError REDIS_*, RECORD_UNREADABLE */
export type NoteAcknowledgement = (
  acknowledgement: GasAcknowledgement,
  detail: string,
) => Promise<'noted' | 'unknown'>;

/** Gas over the message bus. */
export interface GasBus {
  /** Resolves to whether a queue took it, and the key it went to. @throws SwarmError BRIDGE_DOWN, PUBLISH_UNCONFIRMED */
  send(gas: Gas): Promise<{ readonly routing: 'routed' | 'unroutable'; readonly where: string }>;
}

/**
 * Takes a delivery out, by its whole id. Resolves to whether nobody gets it: what its receiver has, or was given, stays.
 * @param by principal. @throws SwarmError RECORD_UNREADABLE, REDIS_*
 */
export type CallOffGas = (id: string, by: string) => Promise<boolean>;

/** The record of deliveries. */
export interface DeliveryLedger {
  /** Null when no such delivery was ever made. */
  state(id: string): Promise<DeliveryState | null>;
  /**
   * The delivery of this id, or the only one whose id begins so; null when there is none.
   * @throws SwarmError DELIVERY_UNKNOWN when several begin so, RECORD_UNREADABLE, REDIS_*
   */
  find(id: string): Promise<DeliveryView | null>;
  /**
   * Records what happened to a delivery; an event that does not fit its state changes nothing.
   * @throws SwarmError DELIVERY_UNKNOWN; DELIVERY_NOT_SENT for an acknowledgement of what is still on its way,
   *   DELIVERY_REROUTED for one on the word of a person of what was given to another agent
   */
  record(
    id: string,
    event: {
      readonly state: 'queued' | 'sent' | 'unknown' | 'accepted' | 'working' | 'failed' | 'suppressed';
      readonly detail: string;
      /** With `queued` alone: it lies where its receiver fetches it. */
      readonly waits?: true;
    },
  ): Promise<DeliveryView>;
}

/** One tick of a schedule; `tick` in ISO form. */
export interface ScheduledGas {
  readonly schedule: string;
  readonly to: string;
  readonly text: string;
  readonly tick: string;
}

/** What the pipeline does when a job of its own comes round. */
export interface PipelineWork {
  /** Finds what no event told: changed files, acknowledgements, deliveries that are stuck or overdue. */
  sweep(): Promise<void>;
  /** Makes the delivery of one tick; the same tick again is the same delivery. */
  scheduled(tick: ScheduledGas): Promise<void>;
  /** As `scheduled`, of one whose time is over: its schedule says whether it still runs, and where not, it is told. */
  late(tick: ScheduledGas): Promise<void>;
}

/** Read model of services: answers from stored state and throws rather than guess, as all directories do. */
export interface ServiceDirectory {
  /** Every service ever heard of, by name. */
  services(): Promise<readonly ServiceView[]>;
  /** Their names alone, by name. */
  names(): Promise<readonly string[]>;
  /** One of them; null when it was never heard of. Costs the same however many there are. */
  service(name: string): Promise<ServiceView | null>;
}
/** Read model of agents and of the gas between them. */
export interface AgentDirectory {
  /** Every configured agent, also one that was never seen. */
  agents(): Promise<readonly AgentView[]>;
  /** Of the newest `limit`, those whose records can be read; infinite: of all that are kept, which every open one is. */
  deliveries(limit: number): Promise<DeliveryList>;
  /** Schedules that skipped ticks within a day, by name. Absent: nobody knows. */
  skipped?(): Promise<readonly SkippedTicks[]>;
}
/** Read model of drones. */
export interface DroneDirectory {
  /** Every drone ever heard of, by id. */
  drones(): Promise<readonly DroneView[]>;
}
/** Read model of Swarmline's own processes. */
export interface SystemDirectory {
  /** Those that have spoken within seconds. */
  processes(): Promise<readonly ProcessView[]>;
}

/** Read model of actions: who asked for them, and what became of them. */
export interface ActionDirectory {
  /** Notes that an action goes into the queue; the same again changes nothing. */
  note(action: ActionNote): Promise<void>;
  /** Every action whose id is `id` or begins with it, six hex digits at least; none for what is no id. */
  find(id: string): Promise<readonly ActionView[]>;
}

/** Closes the crash-loop brake of a component, in every process that has it. */
export interface ComponentResetter {
  /** Does nothing where no brake holds it; a process that does not answer is told as silent. */
  reset(component: string): Promise<ResetAnswer>;
}

/** Keeps alerts from being told. */
export interface AlertSilencer {
  /** `pattern` is a key, or the beginning of keys and a `*`; `until` in ms since the epoch, of the past to end a silence. */
  silence(pattern: string, until: number): Promise<void>;
}

/** A surface's exit for `chat.report`. Throws a retryable SwarmError when the platform did not take it. */
export interface ReportSink {
  /** Resolves when the person can see it. @param shown what `recall` found of it; default: it is looked up now */
  report(report: Report, shown?: Promise<Shown | null>): Promise<void>;
  /** What was shown of it before, for `report`; absent: it needs none. */
  recall?(report: Report): Promise<Shown | null>;
}

/** What stands on a surface; `message` is the platform's id of the message that shows it. */
export interface Shown {
  readonly message: string;
  readonly seq: number;
}

/** What a surface remembers of a report, so that the edits go on after a restart. */
export interface ReportMemory {
  /** Null when nothing was shown for `about` yet. */
  recall(about: string, place: string): Promise<Shown | null>;
  /** In place of what was shown before. */
  remember(about: string, place: string, shown: Shown): Promise<void>;
}

/** What becomes of wishes that wait for a word while nobody says one. */
export interface ApprovalWork {
  /** It can be seen now: its time begins. Never rejects. */
  shown(id: string): Promise<void>;
  /** Ends those whose time is over, and those that a crash left half done. */
  sweep(): Promise<void>;
}

/** Whether a principal (`surface:id`) may do something; asked again right before the effect. */
export interface Authority {
  /**
   * False when anything that the answer needs is missing.
   * @throws SwarmError REDIS_*, RECORD_UNREADABLE when it cannot be read what was granted or revoked: then nothing may be
   *   done, and a job is run again where the fault is a retryable one
   */
  allows(principal: string, permission: string): Promise<boolean>;
}
