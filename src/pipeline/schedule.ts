// The clock of the pipeline: each tick of node-cron becomes a job whose id is schedule and tick, so that two
// replicas of this process make one job. Ticks that pass while no process runs are skipped, not caught up; but each
// start sweeps once, so that what a crash left undone does not wait for the next minute.
import type { TaskContext } from 'node-cron';
import { derivedId } from '../contracts/ids.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import type { Schedule } from './chain.ts';

export interface ScheduleDeps {
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ScheduleOptions {
  readonly schedules: readonly Schedule[];
  /** When the sweep runs; default every minute. */
  readonly sweepCron?: string;
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
    const sweep = await this.#every('sweep', cron, (tick) => jobs.add(sweepOrder(tick)));
    await sweep(new Date(clock.now()));
    for (const schedule of this.#options.schedules) {
      await this.#every(schedule.name, schedule.cron, (tick) => jobs.add(tickOrder(schedule, tick)));
    }
  }

  /** Returns what a tick does, for a tick out of turn; it never rejects. */
  async #every(
    name: string,
    cron: string,
    run: (tick: string) => Promise<unknown>,
  ): Promise<(date: Date) => Promise<void>> {
    const { schedule } = await import('node-cron');
    const { logger } = this.#deps;
    let failing = false;
    const onTick = async (date: Date) => {
      const fault = await run(date.toISOString()).then(
        () => null,
        (thrown: unknown) => errorText(thrown),
      );
      if (fault !== null && !failing) logger.warn({ schedule: name, fault }, 'a tick could not be enqueued');
      if (fault === null && failing) logger.info({ schedule: name }, 'ticks are enqueued again');
      failing = fault !== null;
    };
    const options = { timezone: 'UTC', name: `gas:${name}`, noOverlap: true, logger: toCronLogger(logger) };
    const task = schedule(cron, ({ date }: TaskContext) => onTick(date), options);
    this.release(() => task.destroy());
    return onTick;
  }
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
