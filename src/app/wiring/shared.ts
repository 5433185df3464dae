// What every part of the wiring needs.
import type { Access, LivePolicy } from '../../access/index.ts';
import type { ComponentResetter } from '../../contracts/ports.ts';
import type { ProcessView } from '../../contracts/system.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Guards } from '../../core/recovery/guards.ts';
import type { Redis } from '../../core/redis.ts';
import type { Registry } from '../../core/registry/index.ts';
import type { Pipeline } from '../../pipeline/index.ts';
import type { Outbox, Producer, QueueDesk } from '../../queue/index.ts';
import type { ApprovalsClock } from '../approvals-clock.ts';
import type { Config } from '../config.ts';
import type { LinkBoard } from '../links.ts';
import type { LiveChain } from '../live-chain.ts';
import type { Observation } from '../observe/observation.ts';
import type { Role } from '../roles.ts';
import type { Backends } from '../servers.ts';
import type { Audit } from './audit.ts';

export interface Shared extends Observation {
  readonly config: Config;
  readonly backends: Backends;
  readonly roles: readonly Role[];
  readonly instance: string;
  /** Of the package. */
  readonly version: string;
  /** Where this process runs. */
  readonly host: string;
  /** Who else runs. */
  readonly registry: Registry;
  /** What this process says of itself. */
  readonly view: () => ProcessView;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Guards for calls to the outside, whose circuits `status` shows. */
  readonly guards: Guards;
  readonly links: LinkBoard;
  /** A command client. */
  readonly redis: Redis;
  readonly jobs: Producer;
  /** What people see of the queues, and do with them. */
  readonly queues: QueueDesk;
  readonly outbox: Outbox;
  /** As it is now: what a component reads when it starts. */
  readonly settings: () => Config;
  readonly settle: (config: Config) => void;
  readonly policy: LivePolicy;
  /** The record of what people do. */
  readonly audit: Audit;
  /** What commands may know and change of who may do what. */
  readonly access: Access;
  /** Looks after what waits for a word; null in a process without workers. */
  readonly wishes: ApprovalsClock | null;
  readonly pipeline: Pipeline;
  /** Its file, which may be saved anew. */
  readonly chain: LiveChain;
  /** Closes the crash-loop brake of a part, in every process that has it. */
  readonly resets: ComponentResetter;
}
