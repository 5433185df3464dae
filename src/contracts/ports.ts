// The doors between features that are strangers to each other; app joins the two sides of each.
import type { AgentView, DeliveryList, DeliveryState, DeliveryView, Gas } from './agents.ts';
import type { Report } from './chat.ts';
import type { ResetAnswer } from './components.ts';
import type { DroneView } from './drones.ts';
import type { JobName, JobOrder, Kept } from './jobs.ts';
import type { RestartOrder, RestartOutcome, RestartProgress, ServiceView } from './services.ts';
import type { ProcessView } from './system.ts';

/** Into the queue. @throws SwarmError QUEUE_UNAVAILABLE, QUEUE_FULL, OUTBOX_FULL, AGENT_UNKNOWN, JOB_INVALID */
export interface JobSink {
  /** Resolves to where the order is kept, when it outlives this process; a copy is kept nowhere. Adding the same id again changes nothing. */
  add<N extends JobName>(order: JobOrder<N>): Promise<Kept>;
}

/** Restarts a service and says what came of it. Safe to call again with the same order id. */
export interface ServiceControl {
  /** Resolves when the restart has ended one way or the other, at the order's deadline at the latest. */
  restart(
    order: RestartOrder,
    onProgress: (progress: RestartProgress) => Promise<void>,
    signal: AbortSignal,
  ): Promise<RestartOutcome>;
  /** What keeps orders from going out at present, in words for people; null or absent when nothing is known to. */
  obstacle?(): string | null;
}

/** An agent's inbox. `deliver` is idempotent by gas id and resolves to where the gas lies. */
export interface AgentInbox {
  /** @throws SwarmError INBOX_UNWRITABLE, AGENT_UNKNOWN */
  deliver(gas: Gas): Promise<{ readonly where: string }>;
}

/** The record of deliveries. */
export interface DeliveryLedger {
  /** Null when no such delivery was ever made. */
  state(id: string): Promise<DeliveryState | null>;
  /**
   * Records what happened to a delivery; an event that does not fit its state changes nothing.
   * @throws SwarmError DELIVERY_UNKNOWN; DELIVERY_NOT_SENT for an acknowledgement of what is still on its way
   */
  record(
    id: string,
    event: { readonly state: 'queued' | 'sent' | 'accepted' | 'working' | 'failed'; readonly detail: string },
  ): Promise<DeliveryView>;
}

/** What the pipeline does when a job of its own comes round. */
export interface PipelineWork {
  /** Finds what no event told: changed files, acknowledgements, deliveries that are stuck or overdue. */
  sweep(): Promise<void>;
  /** Makes the delivery of one tick; the same tick again is the same delivery. */
  scheduled(gas: {
    readonly schedule: string;
    readonly to: string;
    readonly text: string;
    readonly tick: string;
  }): Promise<void>;
}

/** Read model of services: answers from stored state and throws rather than guess, as all directories do. */
export interface ServiceDirectory {
  /** Every service ever heard of, by name. */
  services(): Promise<readonly ServiceView[]>;
}
/** Read model of agents and of the gas between them. */
export interface AgentDirectory {
  /** Every configured agent, also one that was never seen. */
  agents(): Promise<readonly AgentView[]>;
  /** Of the newest `limit`, those whose records can be read. */
  deliveries(limit: number): Promise<DeliveryList>;
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
  /** Resolves when the person can see it. */
  report(report: Report): Promise<void>;
}

/** What a surface remembers of a report, so that the edits go on after a restart. */
export interface ReportMemory {
  /** Null when nothing was shown for `about` yet. */
  recall(about: string, place: string): Promise<{ readonly message: string; readonly seq: number } | null>;
  /** `message` is the platform's id of the message that shows it. */
  remember(
    about: string,
    place: string,
    shown: { readonly message: string; readonly seq: number },
  ): Promise<void>;
}

/** Whether a principal (`surface:id`) may do something; asked again right before the effect. */
export interface Authority {
  /** False when anything that the answer needs is missing. Never rejects. */
  allows(principal: string, permission: string): Promise<boolean>;
}
