// The story of one restart, kept in real Redis; the bridge is a port that does what each test writes down.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { Report } from '../../../src/contracts/chat.ts';
import { reportSchema } from '../../../src/contracts/chat.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { JobSink, ServiceControl } from '../../../src/contracts/ports.ts';
import type { RestartOrder, RestartOutcome, RestartProgress } from '../../../src/contracts/services.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { createReportMemory, makeRestartService } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { inQueue } from '../../support/kept.ts';
import { createGate } from '../../unit/core/gate.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const ready: RestartOutcome = {
  state: 'ready',
  oldIncarnation: 'aaaaaaaaaaaa',
  incarnation: 'bbbbbbbbbbbb',
  tookMs: 3_456,
};
const way: readonly RestartProgress['state'][] = ['sent', 'accepted', 'stopping', 'starting'];
const body = {
  service: 'slam',
  mode: 'graceful',
  reason: 'asked by Alice',
  replyTo: { surface: 'discord', place: 'c-1' },
} as const;

type Step = RestartProgress['state'];

function createScene(redis: Redis, prefix: string, given: { readonly reachesAll?: boolean } = {}) {
  const clock = new ManualClock();
  const envelope = {
    v: 1,
    id: 'job-1',
    correlationId: 'corr-1',
    causationId: null,
    issuedAt: clock.now(),
    deadline: clock.now() + 60_000,
    principal: 'discord:111',
  } as const;
  const jobs = new Map<string, Report>();
  const orders: RestartOrder[] = [];
  const add: JobSink['add'] = async (order) => {
    // the queue's own promise: the same id again changes nothing
    if (!jobs.has(order.id)) jobs.set(order.id, reportSchema.parse(order.body));
    return inQueue;
  };
  const scene = {
    allowed: true,
    /** Between two steps. */
    stepMs: 100,
    /** Whether it can be looked up at all. */
    blip: false,
    withheld: '',
    perhapsOut: false,
    /** When the bridge has written its end down. */
    kept: Promise.resolve(),
    /** Steps that the bridge tells, and how it ends; a text ends it with a fault of that message. */
    bridge: { steps: way, end: ready } as { steps: readonly Step[]; end: RestartOutcome | string },
  };
  const control: ServiceControl = {
    restart: async (order, onProgress) => {
      orders.push(order);
      // As the bridge, which writes down the order first: what was written before that has its answer then.
      await eventually(() => redis.exists(`${prefix}:story:corr-1`));
      await nextTurn();
      for (const state of scene.bridge.steps) {
        clock.advance(scene.stepMs);
        await onProgress({ state, at: clock.now(), detail: '' });
      }
      clock.advance(scene.stepMs);
      // What was kept for that long leaves before the end is told.
      await nextTurn();
      const { end } = scene.bridge;
      if (typeof end === 'string') throw new SwarmError(domainErrors.bridgeDown, end);
      return { outcome: end, kept: scene.kept };
    },
  };
  const handler = makeRestartService(
    {
      redis,
      jobs: { add },
      clock,
      control,
      orders: { mayBeOut: async () => scene.perhapsOut },
      authority: {
        allows: async (_who, permission) => {
          if (scene.blip) throw new SwarmError(coreErrors.redisUnavailable, 'Redis does not answer');
          return scene.allowed && permission !== scene.withheld;
        },
      },
    },
    { prefix, deadlineMs: 45_000, reachesAll: given.reachesAll ?? false },
  );
  const run = () => handler.run(body, { envelope, signal: new AbortController().signal });
  const dead = (reason: string) => handler.dead(body, { envelope }, reason);
  const reports = () => [...jobs.values()];
  return Object.assign(scene, { clock, envelope, orders, run, dead, reports });
}

const statesOf = ({ steps }: Report) => steps.map(({ state }) => state).join(' ');

describe('service.restart', () => {
  it('tells the whole story so far with each step, in order, and an end', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.run();
    expect(scene.reports().map((report) => [report.seq, report.final, statesOf(report)])).toEqual([
      [0, false, 'queued'],
      [1, false, 'queued sent'],
      [2, false, 'queued sent accepted'],
      [3, false, 'queued sent accepted stopping'],
      [4, false, 'queued sent accepted stopping starting'],
      [5, true, 'queued sent accepted stopping starting ready'],
    ]);
  });

  it('tells steps that come at one moment together, and its end at once', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.stepMs = 1;
    await scene.run();
    expect(scene.reports().map((report) => [report.seq, report.final, statesOf(report)])).toEqual([
      [5, true, 'queued sent accepted stopping starting ready'],
    ]);
  });

  it('tells what it has come to when it fails before those are told', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.stepMs = 1;
    scene.bridge = { steps: ['sent', 'accepted'], end: 'RabbitMQ is gone' };
    await expect(scene.run()).rejects.toThrow('RabbitMQ is gone');
    expect(scene.reports().map(statesOf)).toEqual(['queued sent accepted']);
  });

  it('is not refused for a right that cannot be read, and goes on when it can', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.blip = true;
    await expect(scene.run()).rejects.toMatchObject({ retryable: true });
    expect([scene.orders, scene.reports().map(statesOf)]).toEqual([[], ['queued']]);
    scene.blip = false;
    await scene.run();
    expect(scene.reports().map(statesOf).at(-1)).toBe('queued sent accepted stopping starting ready');
  });

  it('tells its end before that is written down, but is not done before', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const written = createGate();
    scene.kept = written.passed;
    let done = false;
    const running = scene.run().then(() => {
      done = true;
    });
    await eventually(() => scene.reports().at(-1)?.final);
    await redis.ping();
    expect(done).toBe(false);
    written.open();
    await running;
  });

  it('is not done where its end could not be written down', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.kept = Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'Redis does not answer'));
    scene.kept.catch(() => undefined);
    await expect(scene.run()).rejects.toMatchObject({ retryable: true });
  });

  it('addresses each report to where the person asked, under the correlation id', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    await scene.run();
    expect(
      new Set(scene.reports().map(({ to, about, subject }) => `${to.place} ${about} ${subject}`)),
    ).toEqual(new Set(['c-1 corr-1 slam']));
  });

  it('orders under the id of its job, so that a second run is the same order', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.run();
    await scene.run();
    expect(scene.orders.map(({ id, deadline }) => [id, deadline - scene.envelope.issuedAt])).toEqual([
      ['job-1', 45_000],
      ['job-1', 45_000],
    ]);
  });

  it('doubles no step and no report when it runs again after a crash', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.bridge = { steps: ['sent', 'accepted'], end: 'killed' };
    await expect(scene.run()).rejects.toThrow('killed');
    scene.bridge = { steps: ['sent', 'accepted', 'starting'], end: ready };
    await scene.run();
    expect(scene.reports().map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    expect(scene.reports().map(statesOf).at(-1)).toBe('queued sent accepted starting ready');
  });

  it('keeps the time at which a step was first told', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.run();
    const before = scene.reports().at(-1)?.steps;
    scene.clock.advance(60_000);
    await scene.run();
    expect(scene.reports().at(-1)?.steps).toEqual(before);
  });

  it('orders nothing when the right was removed, and says failed', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.allowed = false;
    await scene.run();
    expect(scene.orders).toEqual([]);
    expect(scene.reports().at(-1)).toMatchObject({
      final: true,
      text: 'slam was not restarted: discord:111 is not allowed to do this: it needs the permission service.restart:slam',
    });
  });

  it('needs the right to every service where an order reaches them all', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { reachesAll: true });
    scene.withheld = 'service.restart:*';
    await scene.run();
    expect(scene.orders).toEqual([]);
    expect(scene.reports().at(-1)).toMatchObject({
      final: true,
      text: expect.stringContaining('service.restart:*'),
    });
  });

  it.for(['sent', 'perhaps'])('tells its end, its right gone; out: %s', async (out, { redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.perhapsOut = out === 'perhaps';
    scene.bridge = { steps: scene.perhapsOut ? [] : ['sent'], end: 'killed' };
    await expect(scene.run()).rejects.toThrow('killed');
    scene.allowed = false;
    scene.bridge = { steps: way, end: ready };
    await scene.run();
    expect(scene.reports().at(-1)?.steps.at(-1)?.state).toBe('ready');
  });

  it('that failed for good before its order was out asks for the right again', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.bridge = { steps: [], end: 'RabbitMQ is gone' };
    await expect(scene.run()).rejects.toThrow();
    await scene.dead('RabbitMQ is gone');
    scene.allowed = false;
    await scene.run();
    expect(scene.orders).toHaveLength(1);
    expect(scene.reports().at(-1)?.text).toContain('not allowed to do this');
  });

  it('that was refused is refused again when it runs again', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.allowed = false;
    await scene.run();
    await scene.run();
    expect(scene.orders).toEqual([]);
  });

  it.for([
    [ready, 'slam is ready: incarnation aaaaaaaa → bbbbbbbb in 3.5 s'],
    [
      { ...ready, target: { instance: 'c1d2e3f4a5b6', host: 'hall', of: 2 } },
      'slam (instance c1d2e3f4@hall, one of 2) is ready: incarnation aaaaaaaa → bbbbbbbb in 3.5 s',
    ],
    [{ ...ready, oldIncarnation: null }, 'slam is ready: incarnation unknown → bbbbbbbb in 3.5 s'],
    [{ state: 'sent', reason: 'broadcast, unconfirmed' }, 'slam: broadcast, unconfirmed'],
    [
      { state: 'failed', reason: 'nobody listens for slam' },
      'slam was not restarted: nobody listens for slam',
    ],
    [{ state: 'expired', reason: 'never sent' }, 'slam: the order expired: never sent'],
    [{ state: 'unknown', reason: 'no answer' }, 'slam: unknown whether it restarted: no answer'],
  ] as const)('says of its end: %j', async ([end, text], { redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.bridge = { steps: [], end };
    await scene.run();
    expect(scene.reports().at(-1)).toMatchObject({ final: true, text });
    expect(scene.reports().at(-1)?.steps.at(-1)?.state).toBe(end.state);
  });

  it.for([
    [['sent'], 'slam was not restarted: why'],
    [['sent', 'accepted'], 'slam did not come up: why'],
    [['sent', 'accepted', 'starting'], 'slam did not come up: why'],
    [way, 'slam was stopped and did not come up again: why'],
  ] as const)('says what a failed restart has left: %j', async ([steps, text], { redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.bridge = { steps, end: { state: 'failed', reason: 'why' } };
    await scene.run();
    expect(scene.reports().at(-1)).toMatchObject({ final: true, text });
  });

  it('says unknown, and not failed, when its job has failed for good', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    scene.bridge = { steps: ['sent'], end: 'RabbitMQ is gone' };
    await expect(scene.run()).rejects.toThrow();
    await scene.dead('RabbitMQ is gone');
    expect(scene.reports().at(-1)).toMatchObject({
      final: true,
      text: 'slam: unknown whether it restarted: the job failed: RabbitMQ is gone',
    });
  });
});

describe('the memory of a surface', () => {
  it('knows nothing before it was told', async ({ redis, prefix }) => {
    expect(await createReportMemory(redis, { prefix, surface: 'discord' }).recall('c-1', 'p')).toBeNull();
  });

  it('survives a restart of the process', async ({ redis, prefix }) => {
    await createReportMemory(redis, { prefix, surface: 'discord' }).remember('c-1', 'p', {
      message: 'm',
      seq: 3,
    });
    const memory = createReportMemory(redis, { prefix, surface: 'discord' });
    expect(await memory.recall('c-1', 'p')).toEqual({ message: 'm', seq: 3 });
  });

  it.for([
    ['twitch', 'c-1', 'p'],
    ['discord', 'c-2', 'p'],
    ['discord', 'c-1', 'q'],
  ] as const)('is not that of another: %j', async ([surface, about, place], { redis, prefix }) => {
    await createReportMemory(redis, { prefix, surface: 'discord' }).remember('c-1', 'p', {
      message: 'm',
      seq: 3,
    });
    expect(await createReportMemory(redis, { prefix, surface }).recall(about, place)).toBeNull();
  });
});
