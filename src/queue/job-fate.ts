// What becomes of a task that did not succeed, or is called off: put back, tried again, told, or given up. It runs nothing.
import { DelayedError } from 'bullmq';
import { domainErrors } from '../contracts/errors.ts';
import type { JobSink, SentOrders } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Redis } from '../core/redis.ts';
import { tellCancelled } from './cancelled.ts';
import { GivenUp, queueFault } from './faults.ts';
import type { InboxTable } from './inbox-table.ts';
import type { Task } from './job-task.ts';

export interface FateDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultSink;
  readonly inbox: InboxTable;
  /** Takes the report of a job that was called off; absent: no job here is. */
  readonly jobs?: JobSink;
  readonly orders?: SentOrders;
}

export interface FateOptions {
  readonly prefix: string;
}

/** What a task had come to when it was called off. */
export interface Come {
  /** Whether its handler may have had an effect that is told at its end alone, and whether an earlier run of it may. */
  readonly began: boolean;
  readonly again: boolean;
}

/** What else than itself may have ended a task. */
export interface Ends {
  /** Whether its process ends. */
  readonly stops: boolean;
  /** Null: nobody called it off. */
  readonly broken: Come | null;
}

/** One whose receiver is busy is looked at again after this long, ms. */
const busyMs = 5_000;

/**
 * Resolves to whether it is done with all the same.
 * @throws what the library is to make of it: another try, later, or never again
 */
export async function unsuccessful(
  deps: FateDeps & FateOptions,
  task: Task,
  thrown: unknown,
  { stops, broken }: Ends,
): Promise<boolean> {
  const { clock, logger, faults, inbox } = deps;
  const { job, envelope } = task;
  if (stops) {
    // Handed back, not failed: another process, or our next start, takes it at once.
    await job.moveToDelayed(clock.now(), job.token);
    throw new DelayedError();
  }
  if (broken) {
    const by = (await inbox.cancelled([envelope.id])).get(envelope.id) ?? 'somebody';
    if (await endCancelled(deps, task, { ...broken, by })) return true;
    // It was out of our hands already, so its true end is awaited: to run again what is out is safe.
    await job.moveToDelayed(clock.now(), job.token);
    throw new DelayedError();
  }
  const fault = queueFault(thrown);
  if (fault.kind === domainErrors.inboxBusy) {
    // Its receiver is well and works: that may take hours, and is no try that failed.
    await job.moveToDelayed(clock.now() + busyMs, job.token);
    throw new DelayedError();
  }
  logger.warn({ job: job.name, code: fault.code, error: fault.message }, 'a job did not succeed');
  faults.fault(fault, `job ${job.name}`);
  if (thrown instanceof GivenUp) throw thrown;
  // Nobody can tell whether what nobody foresaw will pass; handlers are safe to run again.
  if (!fault.retryable && fault.kind !== coreErrors.unexpected) throw new GivenUp(fault);
  throw fault;
}

/** Whether it was told to be off; where it is out of our hands it is not, and goes on. */
export async function endCancelled(
  { redis, jobs, orders, clock, inbox, prefix }: FateDeps & FateOptions,
  { job, handler, envelope, body }: Task,
  { by, began, again }: Come & { readonly by: string },
): Promise<boolean> {
  if (!jobs) return false;
  const broken = began ? () => handler.broken(body, { envelope, again }) : undefined;
  const off = { prefix, name: job.name, envelope, body, by };
  if (!(await tellCancelled({ redis, jobs, clock, ...(orders && { orders }) }, off, broken))) return false;
  await inbox.markDone(envelope.id);
  return true;
}
