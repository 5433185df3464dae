// A tick whose job waited until it was of no use any more, as where the queue was held: its schedule says whether it runs.
import type { SkippedTicks } from '../contracts/agents.ts';
import type { PipelineWork, ScheduledGas } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Schedule } from './chain.ts';
import { ticksBetween } from './catch-up.ts';
import { makeCronMatch } from './cron-match.ts';
import { type TickGapsDeps, tellSkipped } from './tick-gaps.ts';
import type { TickRecord } from './tick-record.ts';

export interface LateTickDeps extends Omit<TickGapsDeps, 'look'> {
  readonly clock: Pick<Clock, 'now'>;
  readonly run: (tick: ScheduledGas) => Promise<void>;
}

/** @throws from what it returns: SwarmError REDIS_* */
export function makeLateTick(
  deps: LateTickDeps,
  chain: { readonly schedules: readonly Schedule[] },
): PipelineWork['late'] {
  return async (tick) => {
    const { schedule: name } = tick;
    const schedule = chain.schedules.find((one) => one.name === name);
    const catchUp = schedule?.catchUp ?? 'skip';
    const at = new Date(tick.tick);
    if (catchUp === 'all') return deps.run(tick);
    if (catchUp === 'once' && schedule && (await isNewest(schedule, at.getTime(), deps.clock.now())))
      return deps.run(tick);
    await tellSkipped(deps, {
      name,
      ticks: [at],
      why: `its job waited too long; the policy is ${catchUp}`,
    });
  };
}

/** Whether none came after it: that one runs by itself. */
async function isNewest({ cron, timezone }: Schedule, after: number, until: number): Promise<boolean> {
  return ticksBetween(await makeCronMatch(cron, timezone), { after, until }).length === 0;
}

/** Who asks hears of it for so long, ms. */
const toldForMs = 24 * 3_600_000;

/** As in the port `AgentDirectory`. */
export function makeSkipped({
  ticks,
  clock,
}: {
  readonly ticks: TickRecord;
  readonly clock: Pick<Clock, 'now'>;
}): () => Promise<readonly SkippedTicks[]> {
  return async () => {
    const skipped = await ticks.skippedSince(clock.now() - toldForMs);
    return [...skipped]
      .map(([schedule, all]) => ({ schedule, count: all.length, lastAt: all.at(-1) ?? 0 }))
      .toSorted((a, b) => (a.schedule < b.schedule ? -1 : 1));
  };
}
