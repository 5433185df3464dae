// A job as it comes from the queue, made one that can be run; and what becomes of one that cannot. It runs nothing.
import { DelayedError, type Job } from 'bullmq';
import { z } from 'zod';
import { type Envelope, envelopeVersion } from '../contracts/envelope.ts';
import { domainErrors } from '../contracts/errors.ts';
import { type JobData, jobDataSchema } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { GivenUp } from './faults.ts';
import type { BoundHandler } from './handler.ts';
import type { Lanes } from './lanes.ts';

/** A job that can be run. */
export interface Task {
  readonly job: Job<JobData>;
  readonly handler: BoundHandler;
  readonly envelope: Envelope;
  readonly body: unknown;
  readonly lane: string | undefined;
}

export interface TaskDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lanes: Pick<Lanes, 'leave'>;
}

/** A job of a newer version is looked at again after this long, ms; by then a process that knows it may take it. */
const parkMs = 15_000;
/** A job that no process ever knew is given up after this long, ms. */
const parkedForMs = 7 * 24 * 3_600_000;

/**
 * `handler` is that of its name, where there is one.
 * @throws DelayedError, GivenUp for one that does not fit
 */
export async function taskOf(
  deps: TaskDeps,
  job: Job<JobData>,
  handler: BoundHandler | undefined,
): Promise<Task> {
  const parsed = jobDataSchema.safeParse(job.data);
  if (handler && parsed.success) {
    const { envelope, body, lane } = parsed.data;
    return { job, handler, envelope, body, lane };
  }
  await parkNewer(deps, job);
  const why = handler ? 'the job has no valid envelope' : `no handler for ${job.name}`;
  throw new GivenUp(new SwarmError(domainErrors.jobInvalid, why));
}

/** Where this is missed, the next in its lane looks by itself. */
export async function leaveLane({ lanes }: Pick<TaskDeps, 'lanes'>, job: Job): Promise<void> {
  await lanes.leave(job).catch(() => undefined);
}

/**
 * In a rolling upgrade a job of the next version is not for us to judge: it is put back as it is, and not counted as a
 * try. Fields that we do not know stay in Redis whatever we do.
 * @throws DelayedError
 */
async function parkNewer(deps: TaskDeps, job: Job<JobData>): Promise<void> {
  const { data } = newerSchema.safeParse(job.data);
  if (!data) return;
  const { clock, logger } = deps;
  const said = `its envelope is of version ${data.envelope.v}, ours is ${envelopeVersion}`;
  if (clock.now() - job.timestamp > parkedForMs) {
    throw new GivenUp(new SwarmError(domainErrors.jobInvalid, `${said}, and no process that knows it came`));
  }
  logger.info({ job: job.name, id: job.id }, `a job waits for a newer Swarmline: ${said}`);
  // Perhaps nobody who knows it ever comes; those behind it must not wait for that.
  await leaveLane(deps, job);
  await job.moveToDelayed(clock.now() + parkMs, job.token);
  throw new DelayedError();
}

/** Of a version that is yet to come; of what it says we know nothing. */
const newerSchema = z.object({ envelope: z.object({ v: z.number().int().gt(envelopeVersion) }) });
