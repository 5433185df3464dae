// What BullMQ throws, as faults of ours: its own classes by name, answers of its scripts by their number, refusals of a
// job by the few sentences that are all it gives. The rest comes from Redis beneath it.
import { UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { coreErrors, type ErrorKind, errorText, SwarmError, toSwarmError } from '../core/errors.ts';
import { redisKind } from '../core/redis-faults.ts';

/** Converts what a queue, a worker, a job or its handler threw; a SwarmError passes through, also out of a GivenUp. */
export function queueFault(thrown: unknown): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  if (thrown instanceof GivenUp) return thrown.cause;
  const kind = queueKind(thrown) ?? redisKind(thrown);
  return kind === null ? toSwarmError(thrown) : new SwarmError(kind, errorText(thrown), { cause: thrown });
}

/** Ends a job at once, whatever tries it has left; keeps the fault, of which BullMQ itself would keep the text alone. */
export class GivenUp extends UnrecoverableError {
  override readonly cause: SwarmError;

  constructor(cause: SwarmError) {
    super(cause.message);
    this.cause = cause;
  }
}

const byName: Readonly<Record<string, ErrorKind>> = {
  UnrecoverableError: domainErrors.jobInvalid,
  DelayedError: domainErrors.jobPostponed,
  WaitingError: domainErrors.jobPostponed,
  WaitingChildrenError: domainErrors.jobPostponed,
  RateLimitError: domainErrors.queueRateLimited,
  ConnectionClosedError: coreErrors.redisUnavailable,
};

/** Of BullMQ's `ErrorCode`. */
const byCode: Readonly<Record<number, ErrorKind>> = {
  [-1]: domainErrors.jobUnknown,
  [-2]: domainErrors.jobLockLost,
  [-3]: domainErrors.jobConflict,
  [-4]: domainErrors.jobConflict,
  [-5]: domainErrors.jobUnknown,
  [-6]: domainErrors.jobLockLost,
  [-7]: domainErrors.jobConflict,
  [-8]: domainErrors.jobConflict,
  [-9]: domainErrors.jobConflict,
  [-10]: domainErrors.jobConflict,
  [-11]: domainErrors.jobConflict,
};

// BullMQ 6.7 refuses an order with a plain error, as ioredis does when it is away; only their text tells them apart.
const refusals = [
  /^Custom Id cannot /,
  /^JobId cannot /,
  /^The size of job .* exceeds the limit/,
  /^Priority should /,
  /^Deduplication /,
  /^The following options cannot be used together/,
  /^Queue name /,
];
const heldElsewhere = /could not be removed because it is locked by another worker$/;
const scriptError = z.object({ code: z.number().int() });

function queueKind(thrown: unknown): ErrorKind | null {
  if (!(thrown instanceof Error)) return null;
  if (Object.hasOwn(byName, thrown.name)) return byName[thrown.name] ?? null;
  const { data } = scriptError.safeParse(thrown);
  if (data) return byCode[data.code] ?? null;
  if (refusals.some((refusal) => refusal.test(thrown.message))) return domainErrors.jobInvalid;
  return heldElsewhere.test(thrown.message) ? domainErrors.jobConflict : null;
}
