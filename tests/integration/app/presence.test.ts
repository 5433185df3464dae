import { describe, expect, onTestFinished } from 'vitest';
import { createPresence, createSystemDirectory } from '../../../src/app/presence.ts';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { Registry } from '../../../src/core/registry/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { link, process as processView } from '../../unit/commands/ports.ts';

function presenceOf(redis: Redis, prefix: string, view: () => ProcessView) {
  return createPresence(
    {
      registry: new Registry(redis, { prefix }),
      clock: systemClock,
      view,
      readiness: () => ({ status: 'ready' }),
    },
    { host: 'hall', version: '1.2.3', endpoints: { http: 'http://127.0.0.1:7700' } },
  );
}

async function present(redis: Redis, prefix: string, view: () => ProcessView) {
  const presence = presenceOf(redis, prefix, view);
  onTestFinished(() => presence.stop());
  await presence.start();
  return presence;
}

const directory = (redis: Redis, prefix: string) => createSystemDirectory(new Registry(redis, { prefix }));

describe('a process', () => {
  it('is seen by every other one as soon as it has started', async ({ redis, prefix }) => {
    const view = processView(7, [link('redis')]);
    await present(redis, prefix, () => view);
    expect(await directory(redis, prefix).processes()).toEqual([view]);
  });

  it('registers where it runs, what it does and how it is', async ({ redis, prefix }) => {
    await present(redis, prefix, () => processView(7, []));
    expect(await new Registry(redis, { prefix }).find('swarmline')).toMatchObject([
      {
        ...{ instance: 'i-7', incarnation: 'i-7', host: 'hall', pid: 7, version: '1.2.3' },
        ...{ health: 'healthy', endpoints: { http: 'http://127.0.0.1:7700' } },
      },
    ]);
  });

  it('tells its newest state again and again', async ({ redis, prefix }) => {
    let count = 0;
    await present(redis, prefix, () => {
      count += 1;
      return processView(7, [link('redis', { detail: count < 4 ? 'first' : 'later' })]);
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
    const ttlMs = await redis.pttl(`${prefix}:registry:lease:swarmline:i-7`);
    expect([ttlMs > 0, ttlMs <= 10_000]).toEqual([true, true]);
  });

  it('stands behind those that started before it', async ({ redis, prefix }) => {
    await present(redis, prefix, () => ({ ...processView(8, []), startedAt: 2_000 }));
    await present(redis, prefix, () => ({ ...processView(7, []), startedAt: 1_000 }));
    expect((await directory(redis, prefix).processes()).map(({ pid }) => pid)).toEqual([7, 8]);
  });

  it('keeps its platform from starting while Redis does not take its word', async ({ redis, prefix }) => {
    redis.disconnect();
    await expect(presenceOf(redis, prefix, () => processView(7, [])).start()).rejects.toThrow();
  });
});
