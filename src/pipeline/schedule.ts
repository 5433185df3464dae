// The clock of the pipeline: each tick of node-cron becomes a job whose id is schedule and tick, so that two
// replicas of this process make one job. Of ticks that pass while no process runs each schedule says what is done; and
// each start sweeps once, so that what a crash left undone does not wait for the next minute. Every tick is watched.
import type { TaskContext } from 'node-cron';
import { derivedId } from '../contracts/ids.ts';
import type { JobName, JobOrder } from '../contracts/jobs.ts';
import type { JobLook, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import type { Schedule } from './chain.ts';
import { makeCronMatch } from './cron-match.ts';
import { closeGaps, type Gapped } from './tick-gaps.ts';
import type { TickRecord } from './tick-record.ts';
import { checkAll, TickWatch, type TickWatchOptions } from './tick-watch.ts';

export interface ScheduleDeps {
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: only timers are watched, and not the jobs that they made. */
  readonly look?: JobLook | undefined;
  readonly faults?: FaultSink | undefined;
  /** Absent: what passes while nobody runs is not known. */
  readonly ticks?: TickRecord | undefined;
}

export interface ScheduleOptions extends TickWatchOptions {
  readonly schedules: readonly Schedule[];
  /** When the sweep runs; default every minute. */
  readonly sweepCron?: string;
  /** Between two looks at all ticks, ms; default 10,000. */
  readonly watchEveryMs?: number;
}

export class GasSchedule extends Service {
  readonly #deps: ScheduleDeps;
  readonly #options: ScheduleOptions;

  constructor(deps: ScheduleDeps, options: ScheduleOptions) {
    super({ name: 'gas-schedule' });
    this.#deps = deps;
    this.#options = options;
  }

  protected async onStart(): Promise<void> {
    const { jobs, clock } = this.#deps;
    const cron = this.#options.sweepCron ?? '* * * * *';
    const sweep = await this.#every({
      name: 'sweep',
      cron,
      order: sweepOrder,
      add: (tick) => jobs.add(sweepOrder(tick)),
    });
    await sweep.onTick(new Date(clock.now()));
    const watches = [sweep.watch];
    const gapped: Gapped[] = [];
    for (const schedule of this.#options.schedules) {
      const { name, cron, timezone, catchUp = 'skip' } = schedule;
      const order = (tick: string) => tickOrder(schedule, tick);
      const add = (tick: string) => jobs.add(order(tick));
      watches.push((await this.#every({ name, cron, timezone, order, add })).watch);
      gapped.push({
        ...{ name, catchUp, matches: await makeCronMatch(cron, timezone) },
        order: (tick) => order(tick.toISOString()),
        add: (tick) => add(tick.toISOString()),
      });
    }
    this.#keepWatching(watches, gapped);
  }

  async #every(plan: Plan): Promise<Ticking> {
    const { schedule } = await import('node-cron');
    const { logger } = this.#deps;
    const { name, cron, timezone = 'UTC' } = plan;
    const onTick = makeTick(plan, logger);
    const options = { timezone, name: `gas:${name}`, noOverlap: true, logger: toCronLogger(logger) };
    const make = () =>
      schedule(
        cron,
        async ({ date }: TaskContext) => {
          watch.came(date);
          await onTick(date);
        },
        options,
      );
    const watched = {
      name,
      nextAt: () => task.getNextRun()?.getTime() ?? null,
      order: (tick: Date) => plan.order(tick.toISOString()),
      add: onTick,
      renew: async () => {
        await task.destroy();
        task = make();
      },
    };
    const watch = new TickWatch(this.#deps, watched, this.#options);
    let task = make();
    watch.begins();
    this.release(() => task.destroy());
    return { onTick, watch };
  }

  #keepWatching(watches: readonly TickWatch[], gapped: readonly Gapped[]): void {
    const { clock, logger, ticks } = this.#deps;
    const stop = new AbortController();
    const forgetting = ticks?.keepOnly(gapped.map(({ name }) => name)).catch(() => undefined);
    const watching = (async () => {
      await forgetting;
      while (!stop.signal.aborted) {
        // What a timer missed is put back first; only what nobody put back has passed.
        await checkAll(watches, clock.now(), logger);
        if (ticks) await closeGaps({ ...this.#deps, ticks }, gapped, clock.now());
        await clock.sleep(this.#options.watchEveryMs ?? 10_000, stop.signal).catch(() => undefined);
      }
    })();
    this.release(async () => {
      stop.abort();
      await watching;
    });
  }
}

interface Plan {
  readonly name: string;
  readonly cron: string;
  /** Default UTC. */
  readonly timezone?: string | undefined;
  /** The job of a tick, which is in ISO form. */
  readonly order: (tick: string) => JobOrder<JobName>;
  readonly add: (tick: string) => Promise<unknown>;
}

interface Ticking {
  /** What a tick does, for a tick out of turn; it never rejects. */
  readonly onTick: (date: Date) => Promise<void>;
  readonly watch: TickWatch;
}

function makeTick({ name, add }: Plan, logger: Logger): Ticking['onTick'] {
  let failing = false;
  return async (date) => {
    const fault = await add(date.toISOString()).then(
      () => null,
      (thrown: unknown) => errorText(thrown),
    );
    if (fault !== null && !failing) logger.warn({ schedule: name, fault }, 'a tick could not be enqueued');
    if (fault === null && failing) logger.info({ schedule: name }, 'ticks are enqueued again');
    failing = fault !== null;
  };
}

/** The sweep of one tick; `tick` in ISO form. */
function sweepOrder(tick: string) {
  return {
    ...orderOf('pipeline.sweep', tick),
    name: 'pipeline.sweep',
    body: { tick },
  } as const;
}

/** One tick of one schedule. */
function tickOrder({ name, to, text }: Schedule, tick: string) {
  return {
    ...orderOf(`gas.tick ${name}`, tick),
    name: 'gas.tick',
    body: { schedule: name, to, text, tick },
  } as const;
}

function orderOf(what: string, tick: string) {
  const id = derivedId(what, tick);
  return { id, correlationId: id, causationId: null, principal: 'system:schedule' };
}

/** node-cron prints to the console when it is given no logger. */
function toCronLogger(logger: Logger) {
  return {
    info: (message: string) => logger.debug(message),
    warn: (message: string) => logger.warn(message),
    error: (message: string | Error) => logger.error(errorText(message)),
    debug: (message: string | Error) => logger.debug(errorText(message)),
  };
}
