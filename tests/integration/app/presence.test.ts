import { describe, expect, onTestFinished } from 'vitest';
import { createSystemDirectory, Presence } from '../../../src/app/presence.ts';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { link, process as processView } from '../../unit/commands/ports.ts';

async function present(redis: Redis, prefix: string, view: () => ProcessView, clock: Clock = systemClock) {
  const presence = new Presence({ redis, clock, view }, { prefix });
  onTestFinished(() => presence.stop());
  await presence.start();
  return presence;
}

const directory = (redis: Redis, prefix: string, clock: Clock = systemClock) =>
  createSystemDirectory(redis, { prefix, clock });

describe('a process', () => {
  it('is seen by every other one as soon as it has started', async ({ redis, prefix }) => {
    const view = processView(7, [link('redis')]);
    await present(redis, prefix, () => view);
    expect(await directory(redis, prefix).processes()).toEqual([view]);
  });

  it('tells its newest state again and again', async ({ redis, prefix }) => {
    let count = 0;
    await present(redis, prefix, () => {
      count += 1;
      return processView(7, [link('redis', { detail: count === 1 ? 'first' : 'later' })]);
    });
    const [view] = await eventually(() => directory(redis, prefix).processes(), {
      accept: ([first]) => first?.links[0]?.detail === 'later',
    });
    expect(view?.pid).toBe(7);
  });

  it('is gone when it has stopped', async ({ redis, prefix }) => {
    const presence = await present(redis, prefix, () => processView(7, []));
    await presence.stop();
    expect(await directory(redis, prefix).processes()).toEqual([]);
  });

  it('is gone ten seconds after it was killed, by itself', async ({ redis, prefix }) => {
    await present(redis, prefix, () => processView(7, []));
    const ttl = await redis.ttl(`${prefix}:process:i-7`);
    expect([ttl > 0, ttl <= 10]).toEqual([true, true]);
  });

  it('is not seen any more by who looks later than that', async ({ redis, prefix }) => {
    await present(redis, prefix, () => processView(7, []));
    const later = { ...systemClock, now: () => Date.now() + 11_000 };
    expect(await directory(redis, prefix, later).processes()).toEqual([]);
  });

  it('stands behind those that started before it', async ({ redis, prefix }) => {
    await present(redis, prefix, () => ({ ...processView(8, []), startedAt: 2_000 }));
    await present(redis, prefix, () => ({ ...processView(7, []), startedAt: 1_000 }));
    expect((await directory(redis, prefix).processes()).map(({ pid }) => pid)).toEqual([7, 8]);
  });

  it('keeps its platform from starting while Redis does not take its word', async ({ redis, prefix }) => {
    redis.disconnect();
    const presence = new Presence({ redis, clock: systemClock, view: () => processView(7, []) }, { prefix });
    await expect(presence.start()).rejects.toThrow();
  });
});
