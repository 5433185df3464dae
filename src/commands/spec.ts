// What a command is: one specification from which every surface renders it.
import type { Address, Answer, Identity } from '../contracts/chat.ts';
import type {
  AgentDirectory,
  DroneDirectory,
  JobSink,
  ServiceDirectory,
  SystemDirectory,
} from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';

/** One argument, by position on text surfaces and by name on Discord. */
export interface ArgSpec {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
}

/** Where commands get their answers and put their jobs. */
export interface CommandPorts {
  readonly clock: Clock;
  readonly services: ServiceDirectory;
  readonly agents: AgentDirectory;
  readonly drones: DroneDirectory;
  readonly system: SystemDirectory;
  readonly jobs: JobSink;
}

/** Who asks, and for what; `args` holds only arguments that were given. */
export interface CommandCall {
  readonly args: Readonly<Record<string, string>>;
  readonly identity: Identity;
}

/** An action's call once it is confirmed. `correlationId` is the same however often the confirmation arrives. */
export interface ActionCall extends CommandCall {
  readonly correlationId: string;
  readonly replyTo: Address;
}

interface CommandBase {
  /** What a person types, lower case. */
  readonly name: string;
  readonly description: string;
  readonly args: readonly ArgSpec[];
  /** One line a person could type. */
  readonly example: string;
}

/** Answers at once from read models and changes nothing. */
export interface Question extends CommandBase {
  readonly kind: 'question';
  /** @throws SwarmError REDIS_* when the truth cannot be read */
  answer(call: CommandCall, ports: CommandPorts): Promise<Answer>;
}

/** Asks for confirmation, then becomes a job; what comes of it is told by `chat.report`. */
export interface Action extends CommandBase {
  readonly kind: 'action';
  /** The permission for these arguments, such as `service.restart:slam`. */
  permission(args: CommandCall['args']): string;
  /** Checks the arguments against the read models; a text refuses, null lets pass. */
  check(call: CommandCall, ports: CommandPorts): Promise<string | null>;
  /** What the person is asked to confirm. */
  prompt(args: CommandCall['args'], ports: CommandPorts): string | Promise<string>;
  /** Enqueues the job; must be idempotent by `correlationId`. Resolves to the sentence that acknowledges it. */
  enqueue(call: ActionCall, ports: CommandPorts): Promise<string>;
}

export type CommandSpec = Question | Action;
