// Lanes over BullMQ, which has no groups: a list in Redis per receiver holds its open jobs in the order they were given.
// The first of it may run; another that a worker fetches is parked, and woken by the one before it. So a slow or failing
// receiver holds up itself alone, and nothing polls. Which job has which lane is not decided here.
import { Job } from 'bullmq';
import type { JobData } from '../contracts/jobs.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';
import { queueFault } from './faults.ts';
import { comingKey, comingMs, enterLane, laneHead, laneSeconds, noTurn, type Turn } from './lane-turn.ts';
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

// Whoever should have woken a parked job may have been killed. Only the next in line looks soon, the others later, so
// that a long line is not a poll.
const parkMs = 3_000;
const maxParkMs = 600_000;

/** KEYS: lane. ARGV: what its jobs have before their ids, id, seconds. Answers its place. */
const enterScript = makeScript(`${enterLane}
return enter(KEYS[1], ARGV[1], ARGV[2], ARGV[3])`);
/** KEYS and ARGV as above, without the seconds. Takes a job out of its lane; answers who is the first then. */
const leaveScript = makeScript(`${laneHead}
redis.call('LREM', KEYS[1], 0, ARGV[2])
return head(KEYS[1], ARGV[1])`);

/** Puts a job into its lane. Sent before the job and on the same connection, so it costs no round trip of its own. */
export async function joinLane(
  redis: Redis,
  { id, queue, data }: LanedJob,
  { prefix }: LaneOptions,
): Promise<void> {
  if (data.lane === undefined) return;
  const lane = keyOf(prefix, queue, data.lane);
  await Promise.all([redis.set(comingKey(lane, id), '', 'PX', comingMs), redis.rpush(lane, id)]);
}

/** The ids of the jobs in a lane, in their order; one of them may have ended. */
export function lineOf(redis: Redis, of: LaneName, { prefix }: LaneOptions): Promise<string[]> {
  return redis.lrange(keyOf(prefix, of.queue, of.lane), 0, -1);
}

export interface LaneName {
  readonly queue: string;
  readonly lane: string;
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

  /** Where a job stands in line; `begin` of the inbox table asks whether it is its turn. */
  turnOf({ id = '', queueName, data: { lane } }: Job<JobData>): Turn {
    if (lane === undefined) return noTurn;
    const jobs = `${this.#prefix}:bull:${queueName}:`;
    return { id, lane: keyOf(this.#prefix, queueName, lane), jobs };
  }

  /** Puts a job that a worker holds to sleep until it is its turn; it must be given back with a DelayedError. */
  async park(job: Job<JobData>, place: number): Promise<void> {
    await job.moveToDelayed(this.#clock.now() + Math.min(parkMs * place, maxParkMs), job.token);
    // The one before it may have left while it was not yet asleep.
    const { lane, jobs, id } = this.turnOf(job);
    const now = await enterScript(this.#redis, [lane], [jobs, id, laneSeconds]);
    if (now === 0) await woken(job);
  }

  /** Lets the next one run. Safe to repeat. */
  async leave(job: Job<JobData>): Promise<void> {
    const { lane, jobs, id } = this.turnOf(job);
    if (lane === '') return;
    const next = await leaveScript(this.#redis, [lane], [jobs, id]);
    if (typeof next !== 'string') return;
    const queue = await this.#queueNamed(job.queueName).ready();
    await woken(await Job.fromId<JobData>(queue, next));
  }

  /** Lets go of the queues; the Redis client stays with its owner. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#queues.clear();
  }

  #queueNamed(name: string): LastingQueue<JobData> {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = new LastingQueue<JobData>(this.#redis, { name, prefix: `${this.#prefix}:bull` });
    this.#queues.set(name, queue);
    return queue;
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
