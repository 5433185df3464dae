// Ticks that passed while nobody ran: which they were, and what the policy of the schedule makes of them; and what a clock
// change does to a schedule, by the real library under a clock of the test.
import { schedule } from 'node-cron';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { catchUps, mostCaughtUp, settleMissed, ticksBetween } from '../../../src/pipeline/catch-up.ts';
import { makeCronMatch } from '../../../src/pipeline/cron-match.ts';

const at = (time: string) => Date.parse(time);
const iso = (ticks: readonly Date[]) => ticks.map((tick) => tick.toISOString().slice(0, 16));

async function passed(cron: string, after: string, until: string, timezone?: string) {
  return iso(ticksBetween(await makeCronMatch(cron, timezone), { after: at(after), until: at(until) }));
}

async function fired(cron: string, from: string, hours: number, timezone: string) {
  vi.useFakeTimers({ now: at(from) });
  const ticks: Date[] = [];
  const task = schedule(cron, ({ date }) => void ticks.push(date), { timezone });
  await vi.advanceTimersByTimeAsync(hours * 3_600_000);
  await task.destroy();
  return iso(ticks);
}

afterEach(() => vi.useRealTimers());

describe('the ticks between two moments', () => {
  it('are those after the first and up to the last', async () => {
    expect(await passed('0 * * * *', '2026-01-02T07:00:00Z', '2026-01-02T09:00:00Z')).toEqual([
      '2026-01-02T08:00',
      '2026-01-02T09:00',
    ]);
  });

  it('of longer ago than a week are left alone', async () => {
    const ticks = await passed('0 7 * * *', '2025-01-02T00:00:00Z', '2026-01-09T00:00:00Z');
    expect([ticks.length, ticks[0]]).toEqual([7, '2026-01-02T07:00']);
  });

  it.each([
    ['2026-03-29', 'the spring'],
    ['2026-10-25', 'the autumn'],
  ])('in UTC are one a day and 48 half hours, also on %s, where %s changes clocks', async (day) => {
    const [after, until] = [`${day}T00:00:00Z`, `${day}T23:59:00Z`];
    expect(await passed('30 2 * * *', after, until)).toEqual([`${day}T02:30`]);
    expect((await passed('*/30 * * * *', after, until)).length).toBe(47);
  });

  it('in Vienna are none of a time that the spring leaves out', async () => {
    const [after, until] = ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'];
    expect(await passed('30 2 * * *', after, until, 'Europe/Vienna')).toEqual([]);
    expect(await passed('30 3 * * *', after, until, 'Europe/Vienna')).toEqual(['2026-03-29T01:30']);
  });

  it.each(['30 2 * * *', '*/30 * * * *', '0 9 * * *'])(
    'in Vienna are those that the timer fires at, also where the autumn repeats an hour: %s',
    async (cron) => {
      const ticks = await passed(cron, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z', 'Europe/Vienna');
      expect(ticks).toEqual(await fired(cron, '2026-10-24T12:00:00Z', 24, 'Europe/Vienna'));
    },
  );
});

describe('the timer of a schedule over a clock change', () => {
  it.each([
    ['spring', '2026-03-28T12:00:00Z'],
    ['autumn', '2026-10-24T12:00:00Z'],
  ])('in UTC fires each half hour of the %s night', async (_season, from) => {
    expect((await fired('*/30 * * * *', from, 24, 'UTC')).length).toBe(48);
  });

  it('in Vienna fires once at a time that comes twice, and not at one that does not come', async () => {
    expect((await fired('30 2 * * *', '2026-10-24T12:00:00Z', 24, 'Europe/Vienna')).length).toBe(1);
    vi.useRealTimers();
    expect(await fired('30 2 * * *', '2026-03-28T12:00:00Z', 24, 'Europe/Vienna')).toEqual([]);
  });
});

describe('the policy of a schedule', () => {
  const missed = [1, 2, 3].map((minute) => new Date(minute * 60_000));

  it.each([
    ['skip', 0],
    ['once', 1],
    ['all', 3],
  ] as const)('%s runs %i of three that were missed, the newest, and tells the others', (catchUp, runs) => {
    expect(settleMissed(catchUp, missed)).toEqual({
      run: missed.slice(3 - runs),
      skipped: missed.slice(0, 3 - runs),
    });
  });

  it.each(catchUps)('%s loses none of them, and catches up with a hundred at most', (catchUp) => {
    const many = Array.from({ length: 250 }, (_, minute) => new Date(minute * 60_000));
    const { run, skipped } = settleMissed(catchUp, many);
    expect([...skipped, ...run]).toEqual(many);
    expect(run.length).toBeLessThanOrEqual(mostCaughtUp);
  });
});
