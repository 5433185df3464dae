// Lanes over BullMQ, which has no groups: a list in Redis per receiver holds its open jobs in the order they were given.
// The first of it may run; another that a worker fetches is parked, and woken by the one before it. So a slow or failing
// receiver holds up itself alone, and nothing polls. Which job has which lane is not decided here.
import { Job } from 'bullmq';
import type { JobData } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { queueFault } from './faults.ts';
import { LastingQueue } from './lasting-queue.ts';

export interface LaneOptions {
  /** Of every key of Swarmline. */
  readonly prefix: string;
}

/** A job by what its lane needs of it. */
export interface LanedJob {
  readonly id: string;
  readonly queue: string;
  readonly data: Pick<JobData, 'lane'>;
}

// Only what is left of a lane by mistake lives this long; an open job is ended before.
const keepSeconds = 8 * 24 * 3_600;
// Whoever should have woken a parked job may have been killed. Only the next in line looks soon, the others later, so
// that a long line is not a poll.
const parkMs = 3_000;
const maxParkMs = 600_000;

// A job that is gone, or has ended, holds nothing up: it was removed by hand, or its process died before it could leave.
const skipEnded = `
local function head()
  while true do
    local id = redis.call('LINDEX', KEYS[1], 0)
    if not id then return false end
    local key = ARGV[1] .. id
    if redis.call('EXISTS', key) == 1 and redis.call('HEXISTS', key, 'finishedOn') == 0 then return id end
    redis.call('LPOP', KEYS[1])
  end
end`;
/** The place of a job in its lane, 0 for the first; one that is not in it goes to its end. */
const enterScript = makeScript(`${skipEnded}
if head() == ARGV[2] then return 0 end
local place = redis.call('LPOS', KEYS[1], ARGV[2])
if not place then place = redis.call('RPUSH', KEYS[1], ARGV[2]) - 1 end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return place`);
/** Takes a job out of its lane; who is the first then. */
const leaveScript = makeScript(`redis.call('LREM', KEYS[1], 0, ARGV[2])${skipEnded}
return head()`);

/** Puts a job into its lane. Sent before the job and on the same connection, so it costs no round trip of its own. */
export async function joinLane(
  redis: Redis,
  { id, queue, data }: LanedJob,
  { prefix }: LaneOptions,
): Promise<void> {
  if (data.lane !== undefined) await redis.rpush(keyOf(prefix, queue, data.lane), id);
}

export class Lanes {
  readonly #redis: Redis;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #prefix: string;
  readonly #queues = new Map<string, LastingQueue<JobData>>();

  constructor(deps: { readonly redis: Redis; readonly clock: Pick<Clock, 'now'> }, { prefix }: LaneOptions) {
    this.#redis = deps.redis;
    this.#clock = deps.clock;
    this.#prefix = prefix;
  }

  /** Whether a job that a worker holds may run now; if not, it was parked and must be given back with a DelayedError. */
  async mayRun(job: Job<JobData>): Promise<boolean> {
    const place = await this.#enter(job);
    if (place === 0) return true;
    await job.moveToDelayed(this.#clock.now() + Math.min(parkMs * place, maxParkMs), job.token);
    // The one before it may have left while it was not yet asleep.
    if ((await this.#enter(job)) === 0) await woken(job);
    return false;
  }

  /** Lets the next one run. Safe to repeat. */
  async leave(job: Job<JobData>): Promise<void> {
    const { lane } = job.data;
    if (lane === undefined) return;
    const next = await leaveScript(this.#redis, ...this.#where(job, lane));
    if (typeof next !== 'string') return;
    const queue = await this.#queueNamed(job.queueName).ready();
    await woken(await Job.fromId<JobData>(queue, next));
  }

  /** Lets go of the queues; the Redis client stays with its owner. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#queues.clear();
  }

  async #enter(job: Job<JobData>): Promise<number> {
    const { lane } = job.data;
    if (lane === undefined) return 0;
    return Number(await enterScript(this.#redis, ...this.#where(job, lane)));
  }

  #queueNamed(name: string): LastingQueue<JobData> {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = new LastingQueue<JobData>(this.#redis, { name, prefix: `${this.#prefix}:bull` });
    this.#queues.set(name, queue);
    return queue;
  }

  #where({ queueName, id = '' }: Job<JobData>, lane: string): [keys: string[], args: (string | number)[]] {
    return [[keyOf(this.#prefix, queueName, lane)], [`${this.#prefix}:bull:${queueName}:`, id, keepSeconds]];
  }
}

/** One that is not asleep is on its way to a worker anyway. */
async function woken(job: Job<JobData> | undefined): Promise<void> {
  try {
    await job?.promote();
  } catch (thrown) {
    if (queueFault(thrown).kind.class !== 'conflict') throw thrown;
  }
}

function keyOf(prefix: string, queue: string, lane: string): string {
  return `${prefix}:lane:${queue}:${lane}`;
}
