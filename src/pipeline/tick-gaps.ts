// Ticks that passed while nobody ran, or while their job waited too long: found by what the record knows, settled by the
// policy of the schedule, and told whatever that says. It makes no timers.
import { domainErrors } from '../contracts/errors.ts';
import type { JobName, JobOrder } from '../contracts/jobs.ts';
import type { JobLook } from '../contracts/ports.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import { type CatchUp, mostCaughtUp, settleMissed, ticksBetween } from './catch-up.ts';
import type { TickRecord } from './tick-record.ts';

export interface TickGapsDeps {
  readonly ticks: TickRecord;
  readonly logger: Logger;
  /** Absent: a tick counts as missed where the record does not know it. */
  readonly look?: JobLook | undefined;
  readonly faults?: FaultSink | undefined;
}

/** A schedule as its gaps are looked for. */
export interface Gapped {
  readonly name: string;
  readonly catchUp: CatchUp;
  readonly matches: (date: Date) => boolean;
  /** The job of one tick. */
  readonly order: (tick: Date) => JobOrder<JobName>;
  /** Resolves once its job is kept. */
  readonly add: (tick: Date) => Promise<unknown>;
}

/** So late a tick is missing, ms; before that its timer or the watch over it may still bring it. */
const lateMs = 30_000;

/** Looks once at one schedule. Rejects where Redis or the queue cannot be asked; the next look does it then. */
async function closeGap(deps: TickGapsDeps, schedule: Gapped, now: number): Promise<void> {
  const { ticks } = deps;
  const { name, catchUp, matches, add } = schedule;
  const until = now - lateMs;
  const latest = await ticks.latest(name);
  // Nobody has missed what was before the schedule.
  if (latest === null) return ticks.note(name, until);
  if (latest >= until) return;
  const missed = await missing(deps, schedule, ticksBetween(matches, { after: latest, until }));
  const { run, skipped } = settleMissed(catchUp, missed);
  await tellSkipped(deps, { name, ticks: skipped, why: `nobody ran; the policy is ${catchUp}` });
  for (const tick of run) {
    await add(tick);
    deps.logger.warn(
      { schedule: name, tick: tick.toISOString() },
      'a tick that was missed is caught up with',
    );
  }
  await ticks.note(name, until);
}

/** Those whose job nobody has; of very many the newest alone are looked for. */
async function missing(
  { look }: TickGapsDeps,
  { order }: Gapped,
  passed: readonly Date[],
): Promise<readonly Date[]> {
  if (!look) return passed;
  const missed: Date[] = [];
  for (const [i, tick] of passed.entries()) {
    const isNew = passed.length - i <= mostCaughtUp;
    if (!isNew || (await look(order(tick))) === 'missing') missed.push(tick);
  }
  return missed;
}

export interface Skipped {
  readonly name: string;
  /** Oldest first. */
  readonly ticks: readonly Date[];
  readonly why: string;
}

/** Records ticks that do not run, and tells those that are news, as one. @throws SwarmError REDIS_* */
export async function tellSkipped(
  { ticks: record, logger, faults }: Omit<TickGapsDeps, 'look'>,
  { name, ticks, why }: Skipped,
): Promise<void> {
  const news: string[] = [];
  for (const tick of ticks) {
    if (await record.skip(name, tick.getTime())) news.push(tick.toISOString());
  }
  const last = news.at(-1);
  if (last === undefined) return;
  const said = `${name}: ${news.length} skipped, the last of ${last}; ${why}`;
  logger.warn({ schedule: name, ticks: news.length, first: news[0], last, why }, 'ticks were skipped');
  faults?.fault(new SwarmError(domainErrors.tickSkipped, said), 'gas-schedule');
}

/** Looks at all of them; what could not be asked is looked at again next time. */
export async function closeGaps(deps: TickGapsDeps, all: readonly Gapped[], now: number): Promise<void> {
  for (const schedule of all) {
    await closeGap(deps, schedule, now).catch((thrown: unknown) =>
      deps.logger.debug({ error: errorText(thrown) }, 'missed ticks could not be looked for'),
    );
  }
}
