import { describe, expect } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { GasSchedule } from '../../../src/pipeline/schedule.ts';
import { eventually, it, NotedJobs } from './rig.ts';

const everySecond = '* * * * * *';
const schedule = { name: 'pulse', cron: everySecond, to: 'A', text: 'go on' };

describe('the schedule', () => {
  it('in two replicas makes one job for each tick', async () => {
    const all: string[] = [];
    class CountedJobs extends NotedJobs {
      override add(order: Parameters<NotedJobs['add']>[0]) {
        all.push(order.id);
        return super.add(order);
      }
    }
    const jobs = new CountedJobs();
    const options = { schedules: [schedule], sweepCron: everySecond };
    const replicas = [1, 2].map(
      () => new GasSchedule({ jobs, clock: systemClock, logger: silentLogger }, options),
    );
    await Promise.all(replicas.map((replica) => replica.start()));
    await eventually(() => jobs.of('pipeline.sweep').length >= 2 && jobs.of('gas.tick').length >= 2);
    await Promise.all(replicas.map((replica) => replica.stop()));
    const ticks = jobs.of('gas.tick').map(({ body }) => ('tick' in body ? body.tick : ''));
    expect(new Set(ticks).size).toBe(ticks.length);
    expect(all.length).toBeGreaterThan(jobs.orders.length);
  });

  it('goes on after a tick that could not be enqueued', async () => {
    const jobs = new NotedJobs();
    jobs.failNext = 1;
    const ticking = new GasSchedule(
      { jobs, clock: systemClock, logger: silentLogger },
      { schedules: [], sweepCron: everySecond },
    );
    await ticking.start();
    await eventually(() => jobs.failNext === 0 && jobs.orders.length > 0);
    await ticking.stop();
    expect(jobs.orders[0]).toMatchObject({ name: 'pipeline.sweep', principal: 'system:schedule' });
  });
});
