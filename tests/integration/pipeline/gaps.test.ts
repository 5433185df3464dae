// Ticks that passed while nobody ran, over a real record: found by whoever starts next, settled once, and told.
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import type { CatchUp } from '../../../src/pipeline/catch-up.ts';
import { GasSchedule } from '../../../src/pipeline/schedule.ts';
import { createTickRecord } from '../../../src/pipeline/tick-record.ts';
import { eventually, it, NotedJobs } from './rig.ts';

const hourMs = 3_600_000;
// A leap day: a schedule of its hours has no ticks of its own while the test runs, whatever the time on the wall.
const now = Date.parse('2024-02-29T12:30:00Z');
const clock = { ...systemClock, now: () => now };
/** The whole hour that many hours before the last one. */
const hour = (before: number) => new Date((Math.floor(now / hourMs) - before) * hourMs).toISOString();

/** A process with one hourly schedule, which was last seen at work `downFor` hours ago. */
async function openScene(
  place: { redis: Redis; prefix: string },
  { catchUp, downFor = 3, jobs = new NotedJobs() }: { catchUp: CatchUp; downFor?: number; jobs?: NotedJobs },
) {
  const ticks = createTickRecord(place.redis, place);
  if (downFor > 0) await ticks.note('hourly', Date.parse(hour(downFor)));
  const faults = new Faults();
  const said: string[] = [];
  faults.listen(({ code, message }) => said.push(`${code} ${message}`));
  const start = async () => {
    const schedule = new GasSchedule(
      {
        ...{ jobs, clock, logger: silentLogger, faults, ticks },
        look: async ({ id }) => (jobs.orders.some((order) => order.id === id) ? 'open' : 'missing'),
      },
      {
        schedules: [{ name: 'hourly', cron: '0 * 29 2 *', to: 'A', text: 'go on', catchUp }],
        sweepCron: '0 0 1 1 *',
        watchEveryMs: 20,
      },
    );
    onTestFinished(() => schedule.stop());
    await schedule.start();
    return schedule;
  };
  /** Resolves once a process has judged all that passed. */
  const judged = () => eventually(async () => ((await ticks.latest('hourly')) ?? 0) >= now - 60_000);
  const ran = () => jobs.of('gas.tick').map(({ body }) => ('tick' in body ? body.tick : ''));
  return { start, judged, ran, said, ticks, jobs };
}

describe('ticks that passed while nobody ran', () => {
  for (const [catchUp, run, lost] of [
    ['skip', [], 3],
    ['once', [0], 2],
    ['all', [2, 1, 0], 0],
  ] as const) {
    it(`under ${catchUp} run as it says, and those that do not are told in one`, async ({
      redis,
      prefix,
    }) => {
      const scene = await openScene({ redis, prefix }, { catchUp });
      await Promise.all([scene.start(), scene.start()]);
      await scene.judged();
      expect(scene.ran()).toEqual(run.map(hour));
      const told = [...(await scene.ticks.skippedSince(0)).values()].flat();
      expect(told.length).toBe(lost);
      const codes = scene.said.filter((line) => line.startsWith('TICK_SKIPPED hourly'));
      expect(codes.length > 0).toBe(lost > 0);
    });
  }

  it('are none where the schedule is new', async ({ redis, prefix }) => {
    const scene = await openScene({ redis, prefix }, { catchUp: 'all', downFor: 0 });
    await scene.start();
    await scene.judged();
    expect(scene.ran()).toEqual([]);
  });

  it('are none where their jobs are there, though nobody noted them', async ({ redis, prefix }) => {
    const scene = await openScene({ redis, prefix }, { catchUp: 'all' });
    const first = await scene.start();
    await scene.judged();
    await first.stop();
    await redis.del(`${prefix}:gas:ticks`);
    const again = await openScene({ redis, prefix }, { catchUp: 'skip', jobs: scene.jobs });
    await again.start();
    await again.judged();
    expect([scene.ran().length, again.said]).toEqual([3, []]);
  });

  it('while its schedule was not in the chain were not missed', async ({ redis, prefix }) => {
    const scene = await openScene({ redis, prefix }, { catchUp: 'all' });
    await scene.ticks.note('other', now - 3 * hourMs);
    const schedule = await scene.start();
    await scene.judged();
    await schedule.stop();
    expect(await scene.ticks.latest('other')).toBeNull();
  });
});

describe('a tick whose job waited for more than its time', () => {
  it.override({
    options: {
      chain: {
        chain: [],
        end: 'stop',
        schedules: (['skip', 'once', 'all'] as const).map((catchUp) => ({
          ...{ name: catchUp, cron: '0 * * * *', to: 'A', text: 'go on', catchUp },
        })),
      },
    },
  });
  const late = (schedule: string, before: number) => ({
    ...{ schedule, to: 'A', text: 'go on', tick: hour(before) },
  });

  it('is skipped or run as its schedule says, and what is skipped stands in the read model', async ({
    rig,
  }) => {
    const { work, directory } = rig.pipeline;
    rig.advance(now - Date.now());
    for (const schedule of ['skip', 'once', 'all']) {
      await work.late(late(schedule, 1));
      await work.late(late(schedule, 0));
    }
    const { deliveries } = await directory.deliveries(10);
    const made = deliveries.map(({ gas }) => gas.from).toSorted();
    expect(made).toEqual(['schedule:all', 'schedule:all', 'schedule:once']);
    expect(await directory.skipped?.()).toEqual([
      { schedule: 'once', count: 1, lastAt: Date.parse(hour(1)) },
      { schedule: 'skip', count: 2, lastAt: Date.parse(hour(0)) },
    ]);
  });
});
