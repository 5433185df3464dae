// What a command is: one specification from which every surface renders it.
import type { z } from 'zod';
import type { Access, Approvals, AuditReader, Danger, Policy } from '../access/index.ts';
import type { Brain } from '../contracts/brain.ts';
import type { Address, Answer, Identity, Place } from '../contracts/chat.ts';
import type {
  ActionDirectory,
  AgentDirectory,
  DroneDirectory,
  JobCanceller,
  JobSink,
  QueueDirectory,
  ServiceDirectory,
  SystemDirectory,
} from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';

/** One argument, by position on text surfaces and by name on Discord and HTTP. */
export interface ArgSpec {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Checks the text that was given; its message is what a person reads. Default: any text of 1 to 200 characters. */
  readonly schema?: z.ZodType<string>;
  /** Whether it takes the rest of the line, spaces and all; only the last may. */
  readonly rest?: boolean;
  /** Whether it is a secret, such as a one-time code: never written into a log or a record. */
  readonly secret?: boolean;
  /**
   * What was typed, written out, where it may be a beginning: an order is about that one from then on, whatever comes to be
   * called so before its yes. What fits nothing stays as it was typed. @throws SwarmError REDIS_*
   */
  readonly exact?: (typed: string, ports: CommandPorts) => Promise<string>;
  /** What could stand here now, behind `args`, for completion and for a guess at a slip of the pen. */
  readonly candidates?: (ports: CommandPorts, args: CommandCall['args']) => Promise<readonly string[]>;
  /** All that is known, where more is than could stand here: why not is told by `check`. Default: the candidates. */
  readonly known?: (ports: CommandPorts) => Promise<readonly string[]>;
}

/** Where commands get their answers and put their jobs. */
export interface CommandPorts {
  readonly clock: Clock;
  readonly services: ServiceDirectory;
  readonly agents: AgentDirectory;
  readonly drones: DroneDirectory;
  readonly brain: Pick<Brain, 'search'>;
  readonly system: SystemDirectory;
  readonly queues: QueueDirectory;
  readonly jobs: JobSink;
  readonly record: AuditReader;
  readonly access: Access;
  readonly actions: ActionDirectory;
  /** Absent: no action can be cancelled. */
  readonly canceller?: JobCanceller;
  readonly policy: Pick<Policy, 'decide' | 'personOf' | 'dangerOf'>;
  /** What waits for a word. */
  readonly approvals: Pick<Approvals, 'find' | 'waiting' | 'unreadable'>;
}

/** Why a wish is refused that its permission allows; a text alone is about its arguments. */
export type Objection = string | { readonly code: 'denied' | 'bad-argument'; readonly text: string };

/** Who asks, and for what; `args` holds only arguments that were given. */
export interface CommandCall {
  readonly args: Readonly<Record<string, string>>;
  readonly identity: Identity;
  readonly place?: Place;
}

/** An action's call once it is confirmed. `correlationId` is the same however often the confirmation arrives. */
export interface ActionCall extends CommandCall {
  readonly correlationId: string;
  readonly replyTo: Address;
  /** What the yes was a yes to, as `prompt` had it; absent where nothing was asked. */
  readonly question?: string;
}

interface CommandBase {
  /** What a person types, lower case; two words for a part of a group, such as `gas send`. */
  readonly name: string;
  /** Other names of the same command. */
  readonly aliases?: readonly string[];
  readonly description: string;
  readonly args: readonly ArgSpec[];
  /** One line a person could type. */
  readonly example: string;
}

/** Answers at once from read models and changes nothing. */
export interface Question extends CommandBase {
  readonly kind: 'question';
  /** The permission it needs; default `ask`, which is that of every question. */
  readonly permission?: string;
  /** What of the arguments hangs on the moment; null lets pass. Default: nothing. */
  check?(call: CommandCall, ports: CommandPorts): Objection | null;
  /** @throws SwarmError REDIS_* when the truth cannot be read */
  answer(call: CommandCall, ports: CommandPorts): Promise<Answer>;
}

/** Asks for confirmation, then becomes a job; what comes of it is told by `chat.report`. */
export interface Action extends CommandBase {
  readonly kind: 'action';
  /** The permission for these arguments, such as `service.restart:slam`. */
  permission(args: CommandCall['args']): string;
  /** Checks the arguments against the read models; null lets pass. */
  check(call: CommandCall, ports: CommandPorts): Promise<Objection | null>;
  /** Default `confirm`. A text that `type-name` wants typed is the first argument. */
  readonly danger?: Danger;
  /** After one use of it in a place, the next one waits this long, ms. Default: not at all. */
  readonly cooldownMs?: number;
  /** What the person is asked to confirm; also the answer to a dry run. */
  prompt(args: CommandCall['args'], ports: CommandPorts): string | Promise<string>;
  /** Enqueues the job; must be idempotent by `correlationId`. Resolves to the sentence that acknowledges it. */
  enqueue(call: ActionCall, ports: CommandPorts): Promise<string>;
}

/**
 * Changes the records of this layer itself, such as a grant, at once and in one step; recorded before it is done. Anything
 * beyond this layer is an action.
 */
export interface Change extends CommandBase {
  readonly kind: 'change';
  /** As in Action. */
  permission(args: CommandCall['args']): string;
  /** Default `none`. */
  readonly danger?: Danger;
  readonly cooldownMs?: number;
  /** Whom it is for, as a line names them: theirs is no second person's yes. Default: nobody in particular. */
  mayNotApprove?(args: CommandCall['args']): string | null;
  /** As in Action. */
  check(call: CommandCall, ports: CommandPorts): Promise<Objection | null>;
  /** As in Action. */
  prompt(args: CommandCall['args'], ports: CommandPorts): string | Promise<string>;
  /** Must be idempotent by `correlationId`. The title of its answer goes into the record, so no secret stands in it. */
  apply(call: ActionCall, ports: CommandPorts): Promise<Answer>;
}

/** A word on what waits for one: `approve ID`, `deny ID`. Who may say it follows from what waits. */
export interface Word extends CommandBase {
  readonly kind: 'word';
  readonly verdict: 'yes' | 'no';
}

export type { Danger } from '../access/index.ts';

export type CommandSpec = Question | Action | Change | Word;

/** Whether what is typed of it, or what it answers, is for nobody else's eyes, and so for no store and no channel. */
export function hasSecret({ args }: CommandSpec): boolean {
  return args.some(({ secret }) => secret === true);
}
