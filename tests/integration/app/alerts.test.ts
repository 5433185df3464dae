// Alerts of several processes over one real Redis: told once, by whoever is there, and silenced for all.
import { describe, expect, onTestFinished } from 'vitest';
import type { JobOrder } from '../../../src/contracts/jobs.ts';
import { createAlertClaims } from '../../../src/core/alerts/claims.ts';
import { createSilences } from '../../../src/core/alerts/silences.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import { bindHandler, makeSilenceAlert } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { inQueue } from '../../support/kept.ts';
import { processOf, signal } from './alert-process.ts';

describe('an alert that two processes see', () => {
  it('is told by one of them, and its end too', async ({ redis, prefix }) => {
    const both = ['a', 'b'].map((instance) => processOf(redis, prefix, instance));
    const all = () => both.flatMap(({ kinds }) => kinds());
    for (const { state } of both) state.signals = [signal];
    await eventually(() => both.every(({ runner }) => runner.active().length === 1));
    // Whoever does not tell it looks several times whether the other still does.
    await eventually(() => both.reduce((sum, { state }) => sum + state.claimed, 0) >= 6);
    expect(all()).toEqual(['firing']);
    for (const { state } of both) state.signals = [];
    await eventually(() => all().length === 2);
    expect(both.map(({ kinds }) => kinds()).toSorted((x, y) => x.length - y.length)).toEqual([
      [],
      ['firing', 'resolved'],
    ]);
  });

  it('is over only when it is for both: whoever still sees it takes it over without a word', async ({
    redis,
    prefix,
  }) => {
    const a = processOf(redis, prefix, 'a');
    const b = processOf(redis, prefix, 'b');
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    b.state.signals = [signal];
    await eventually(() => b.runner.active().length === 1);
    a.state.signals = [];
    await eventually(() => b.runner.active()[0]?.told);
    const asked = a.state.looked;
    // Longer than whoever gave it back waits for another.
    await eventually(() => a.state.looked > asked + 60);
    expect([a.kinds(), b.kinds()]).toEqual([['firing'], []]);
    b.state.signals = [];
    await eventually(() => b.told.length === 1);
    expect([a.kinds(), b.kinds()]).toEqual([['firing'], ['resolved']]);
  });

  it('that is so again before its end was told is not told at all', async ({ redis, prefix }) => {
    const a = processOf(redis, prefix, 'a', { takeOverMs: 60_000 });
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    a.state.signals = [];
    await eventually(() => a.runner.active().length === 0);
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.told);
    expect(a.kinds()).toEqual(['firing']);
  });

  it('is told by each while Redis is away, since nobody can agree', async ({ prefix }) => {
    const both = ['a', 'b'].map((instance) => {
      const redis = createCommandRedis({ url: 'redis://127.0.0.1:1', name: 'test' });
      onTestFinished(() => closeRedis(redis));
      return processOf(redis, prefix, instance);
    });
    for (const { state } of both) state.signals = [signal];
    await eventually(() => both.every(({ told }) => told.length === 1));
    expect(both.map(({ kinds }) => kinds())).toEqual([['firing'], ['firing']]);
  });
});

describe('a process that ends', () => {
  it('in order leaves what it told to the next one, which does not tell it again', async ({
    redis,
    prefix,
  }) => {
    const a = processOf(redis, prefix, 'a');
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    await a.stop();
    const b = processOf(redis, prefix, 'b');
    b.state.signals = [signal];
    await eventually(() => b.runner.active()[0]?.told);
    expect(b.told).toEqual([]);
    b.state.signals = [];
    await eventually(() => b.told.length === 1);
    expect(b.kinds()).toEqual(['resolved']);
  });

  it('leaves the end of what it told to the next one, also when that never saw it', async ({
    redis,
    prefix,
  }) => {
    const a = processOf(redis, prefix, 'a');
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    await a.stop();
    const b = processOf(redis, prefix, 'b', { leftMs: 200 });
    await eventually(() => b.told.length === 1);
    expect(b.told).toMatchObject([{ kind: 'resolved', alerts: [{ key: signal.key, title: signal.title }] }]);
  });

  it('at once keeps others from telling for no more than half a minute', async ({ redis, prefix }) => {
    // It claimed, and died before anybody heard of it.
    expect(await createAlertClaims(redis, { prefix, instance: 'dead', way: 'test' }).claim(signal.key)).toBe(
      'new',
    );
    const left = await redis.ttl(`${prefix}:alert:test:${signal.key}`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30);
    const b = processOf(redis, prefix, 'b');
    b.state.signals = [signal];
    await eventually(() => b.runner.active().length === 1);
    await redis.del(`${prefix}:alert:test:${signal.key}`);
    await eventually(() => b.told.length === 1);
    expect(b.kinds()).toEqual(['firing']);
  });

  it('keeps its claims while it lives', async ({ redis, prefix }) => {
    const a = processOf(redis, prefix, 'a');
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    const place = `${prefix}:alert:test:${signal.key}`;
    await redis.expire(place, 5);
    await eventually(async () => (await redis.ttl(place)) > 20);
  });
});

describe('a silence', () => {
  const order = (minutes: number, issuedAt: number) => ({
    body: { pattern: 'link-lost/*', minutes, replyTo: { surface: 'console', place: 'main' } },
    context: {
      envelope: {
        v: 1 as const,
        ...{ id: 'j-1', correlationId: 'c-1', causationId: null, issuedAt, deadline: issuedAt + 60_000 },
        principal: 'console:local',
      },
      signal: new AbortController().signal,
    },
  });
  const handlerOf = (redis: Redis, prefix: string, allowed: boolean) => {
    const reports: string[] = [];
    const states: string[] = [];
    const silences = createSilences(redis, { prefix });
    const handler = bindHandler(
      makeSilenceAlert({
        silencer: { silence: (pattern, until) => silences.put({ pattern, until }, Date.now()) },
        jobs: {
          add: async (job: JobOrder<'chat.report'> | { readonly body: object }) => {
            if ('text' in job.body) {
              reports.push(job.body.text);
              states.push(...job.body.steps.map(({ state }) => state));
            }
            return inQueue;
          },
        },
        authority: { allows: () => Promise.resolve(allowed) },
        clock: systemClock,
      }),
    );
    return { handler, reports, states, silences };
  };

  it('is kept by every process, until it is ended', async ({ redis, prefix }) => {
    const { handler, reports, states } = handlerOf(redis, prefix, true);
    const { body, context } = order(30, Date.now());
    await handler.take(body, context)(context);
    const both = ['a', 'b'].map((instance) => processOf(redis, prefix, instance));
    for (const { state } of both) state.signals = [signal];
    await eventually(() => both.every(({ runner }) => runner.active()[0]?.silencedUntil));
    const looked = both.map(({ state }) => state.looked);
    // Longer than it is gathered before it is told.
    await eventually(() => both.every(({ state }, i) => state.looked > (looked[i] ?? 0) + 20));
    expect(both.flatMap(({ told }) => told)).toEqual([]);
    const end = order(0, Date.now());
    await handler.take(end.body, end.context)(end.context);
    await eventually(() => both.flatMap(({ told }) => told).length === 1);
    expect(reports).toEqual([
      expect.stringMatching(/^silenced until .*\d\d:\d\d UTC$/),
      'told again from now on',
    ]);
    expect(states).toEqual([]);
  });

  it('needs the right also when the job is run, and says so', async ({ redis, prefix }) => {
    const { handler, reports, states, silences } = handlerOf(redis, prefix, false);
    const { body, context } = order(30, Date.now());
    await handler.take(body, context)(context);
    expect(await silences.list(Date.now())).toEqual([]);
    expect(reports).toEqual([expect.stringContaining('needs the permission alert.silence')]);
    expect(states).toEqual(['failed']);
  });

  it('is told as unknown where its job was given up', async ({ redis, prefix }) => {
    const { handler, reports, states } = handlerOf(redis, prefix, true);
    const { body, context } = order(30, Date.now());
    await handler.dead?.(body, context, 'Redis is full');
    expect([reports, states]).toEqual([['unknown whether it is silenced: Redis is full'], ['unknown']]);
  });

  it('that is over is forgotten', async ({ redis, prefix }) => {
    const silences = createSilences(redis, { prefix });
    await silences.put({ pattern: 'job-failed', until: 2_000 }, 1_000);
    expect(await silences.list(1_500)).toEqual([{ pattern: 'job-failed', until: 2_000 }]);
    expect(await silences.list(2_000)).toEqual([]);
    expect(await redis.hgetall(`${prefix}:alert-silences`)).toEqual({});
  });
});
