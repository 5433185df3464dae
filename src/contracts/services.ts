// Words about services and their restart.
import { z } from 'zod';

/** A service's name is part of a routing key: lower case, digits, dash, underscore. */
export const serviceNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');

/**
 * States that a sidecar publishes. `failed`: the program ended or did not come up, and is tried again; it ends no order.
 * `stopped`: the program ended and is not being restarted.
 */
const serviceStates = ['accepted', 'stopping', 'starting', 'ready', 'failed', 'stopped'] as const;
export const serviceStateSchema = z.enum(serviceStates);
export type ServiceState = z.infer<typeof serviceStateSchema>;

/** What the program of a service uses, with all that it started, as its sidecar measured it. */
export const programUseSchema = z.object({
  /** Share of one core since the last look; 1 is one whole core. */
  cpu: z.number().nonnegative(),
  rssBytes: z.number().nonnegative(),
  /** When it was measured, ms since the epoch. */
  at: z.number().nonnegative(),
});
export type ProgramUse = z.infer<typeof programUseSchema>;

/** What one sidecar says of its program. Times in ms since the epoch. */
export interface InstanceView {
  readonly instance: string;
  readonly incarnation: string | null;
  readonly readySince: number | null;
  readonly state: ServiceState;
  readonly detail: string;
  /** Null: it did not say. */
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  /** Null where it cannot be measured, or was not yet. */
  readonly use: ProgramUse | null;
  readonly seenAt: number;
}

/** How an instance is called before people: the beginning of its id, and where it runs. */
export function instanceName({ instance, host }: Pick<InstanceView, 'instance' | 'host'>): string {
  return host === null ? instance.slice(0, 8) : `${instance.slice(0, 8)}@${host}`;
}

/** What the platform knows of one external service: the newest word on it, whoever said it. Times in ms since the epoch. */
export interface ServiceView {
  readonly service: string;
  readonly state: ServiceState;
  /** Drawn anew at each start of the program. */
  readonly incarnation: string | null;
  /** When the program of this incarnation became ready; null when it is not. */
  readonly readySince: number | null;
  /** Last sign of life of the sidecar. */
  readonly seenAt: number;
  /** Those that live now, each with a sidecar of its own. */
  readonly instances: readonly InstanceView[];
  /** By the clock of the platform; null where it cannot be measured, or was not yet. */
  readonly use: ProgramUse | null;
  readonly detail: string;
}

/** What a restart job asks for. */
export interface RestartOrder {
  /** The same id is the same restart, however often it is sent. */
  readonly id: string;
  readonly correlationId: string;
  readonly service: string;
  /** The one that was asked for by name; absent: whichever is best where there are several. */
  readonly instance?: string;
  readonly mode: 'graceful' | 'force';
  readonly reason: string;
  readonly principal: string;
  readonly issuedAt: number;
  /** Ms since the epoch; after it no sidecar begins, and an unanswered order becomes `unknown`. */
  readonly deadline: number;
}

/** The instance that an order is for, where there are several. */
export interface RestartTarget {
  readonly instance: string;
  readonly host: string | null;
  /** How many there were when it was chosen. */
  readonly of: number;
}

/** Who may be away while a service restarts. */
export const absents = ['swarmline', 'rabbitmq'] as const;
export type Absent = (typeof absents)[number];

/** How a restart ended, and of which instance where there were several. `sent` is the end only where nobody can acknowledge (hub profile legacy-fanout). */
export type RestartOutcome = { readonly target?: RestartTarget } & (
  | {
      readonly state: 'ready';
      readonly oldIncarnation: string | null;
      readonly incarnation: string;
      readonly tookMs: number;
      /** Who was away, where that time may be among it; absent: it is not. */
      readonly withAbsenceOf?: Absent;
    }
  | { readonly state: 'sent' | 'failed' | 'expired' | 'unknown'; readonly reason: string }
);

/** How it ended, as soon as that is known. */
export interface RestartEnd {
  readonly outcome: RestartOutcome;
  /** Resolves when it is written down, which begins before it is told; until then the same order may run again. */
  readonly kept: Promise<void>;
}

/** One thing that happened on the way. */
export interface RestartProgress {
  readonly state: 'sent' | 'accepted' | 'stopping' | 'starting';
  readonly at: number;
  readonly detail: string;
}
