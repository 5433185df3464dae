// Jobs that hang, that kill the process that runs them, and that are killed with it through no fault of theirs.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createInboxTable } from '../../../src/queue/inbox-table.ts';
import { bindHandler, createQueueDesk } from '../../../src/queue/index.ts';
import { comingKey } from '../../../src/queue/lane-turn.ts';
import { joinLane } from '../../../src/queue/lanes.ts';
import { bundled } from '../../support/bundle.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { keepRunning } from '../../support/respawn.ts';
import { createGate } from '../../unit/core/gate.ts';
import { gas } from '../../unit/pipeline/gas.ts';
import { createHost, ended, type Place, producer, stored, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

function openDesk({ redis, prefix }: Place) {
  const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
  onTestFinished(() => desk.close());
  return desk;
}

async function keepAlive({ redisUrl, prefix }: Place) {
  const script = await bundled(fileURLToPath(new URL('./fixtures/poisoned-worker.ts', import.meta.url)));
  return keepRunning(1, () => spawn(process.execPath, [script, redisUrl, prefix], { stdio: 'inherit' }));
}

describe('a job that kills its worker', () => {
  it('F02 is given up after the second time, and the others go on', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const jobs = producer(place);
    const seen = await keepAlive(place);
    await jobs.add(sweep('poison', 'kill'));
    await eventually(() => seen.deaths === 1, { timeoutMs: 30_000 });
    await jobs.add(sweep('good'));
    expect(await ended(place, 'good')).toBe('completed');
    const letter = await eventually(async () => (await openDesk(place).deadLetter('poison')).letter, {
      timeoutMs: 40_000,
    });
    expect(letter).toMatchObject({ code: 'JOB_KILLS_WORKER', data: { body: { tick: 'kill' } } });
    expect(seen.deaths).toBe(2);
    expect(await ended(place, 'poison')).toBe('failed');
    await jobs.add(sweep('better'));
    expect([await ended(place, 'better'), seen.deaths]).toEqual(['completed', 2]);
  });
});

describe('gas over which processes die', () => {
  it.for([
    [4, 'completed'],
    [5, 'failed'],
  ] as const)(
    'is tried again after %i of them, or given up: %s',
    async ([deaths, end], { redis, redisUrl, prefix }) => {
      const place = { redis, redisUrl, prefix };
      // Each that begins it finds that the one before it has died.
      for (let i = 0; i < deaths; i += 1) {
        await createInboxTable(redis, { prefix, instance: `i-${i}` }).begin('g-1');
      }
      const runs: string[] = [];
      const handler = bindHandler({
        name: 'gas.deliver',
        run: async ({ gas: { id } }) => void runs.push(id),
        dead: async () => undefined,
      });
      const host = createHost(place, [handler]);
      onTestFinished(() => host.stop());
      await producer(place).add({ ...sweep('g-1'), name: 'gas.deliver', body: { gas: gas({ id: 'g-1' }) } });
      await host.start();
      expect(await ended(place, 'g-1', 'gas')).toBe(end);
      expect(runs).toEqual(end === 'completed' ? ['g-1'] : []);
    },
  );
});

describe('the inbox table', () => {
  it('blames only the job that its process began last', async ({ redis, prefix }) => {
    const inbox = (instance: string) => createInboxTable(redis, { prefix, instance });
    await inbox('one').begin('a');
    await inbox('one').begin('b');
    expect([await inbox('two').begin('a'), await inbox('two').begin('b')]).toMatchObject([
      { deaths: 0 },
      { deaths: 1 },
    ]);
  });

  it('answers each of many that are begun and done at the same time', async ({ redis, prefix }) => {
    const inbox = (instance: string) => createInboxTable(redis, { prefix, instance });
    const ids = Array.from({ length: 250 }, (_, i) => `j-${i}`);
    await inbox('zero').markDone('j-7');
    await inbox('zero').cancel('j-130', 'somebody');
    const one = inbox('one');
    const begun = await Promise.all(ids.map((id) => one.begin(id)));
    const told = begun.map(({ done, cancelledBy }, i) => ({ id: ids[i], done, cancelledBy }));
    expect(told.filter(({ done, cancelledBy }) => done || cancelledBy !== null)).toEqual([
      { id: 'j-7', done: true, cancelledBy: null },
      { id: 'j-130', done: false, cancelledBy: 'somebody' },
    ]);
    expect([await inbox('two').begin('j-248'), await inbox('two').begin('j-249')]).toMatchObject([
      { deaths: 0 },
      { deaths: 1 },
    ]);
    await Promise.all(ids.slice(0, 120).map((id) => one.markDone(id)));
    const done = await Promise.all(ids.map((id) => one.isDone(id)));
    expect(done.filter(Boolean)).toHaveLength(120);
    expect(done.lastIndexOf(true)).toBe(119);
  });

  it('does not blame a job that its own process begins again', async ({ redis, prefix }) => {
    const inbox = createInboxTable(redis, { prefix, instance: 'one' });
    await inbox.begin('a');
    expect(await inbox.begin('a')).toMatchObject({ deaths: 0 });
  });

  it('forgets what a job is blamed for once it got on', async ({ redis, prefix }) => {
    const inbox = (instance: string) => createInboxTable(redis, { prefix, instance });
    await inbox('one').begin('a');
    expect(await inbox('two').begin('a')).toMatchObject({ deaths: 1 });
    await inbox('two').survived('a');
    expect(await inbox('three').begin('a')).toMatchObject({ deaths: 0 });
  });

  it('begins of a lane the first job alone, and blames none of those behind it', async ({
    redis,
    prefix,
  }) => {
    const inbox = (instance: string) => createInboxTable(redis, { prefix, instance });
    const jobs = `${prefix}:bull:services:`;
    const begin = (instance: string, id: string) =>
      inbox(instance).begin(id, { lane: `${prefix}:lane:services:slam`, jobs, id });
    for (const id of ['a', 'b', 'c']) await redis.hset(`${jobs}${id}`, 'name', 'open');
    const places = await Promise.all(['a', 'b', 'c'].map((id) => begin('one', id)));
    expect(places.map(({ place }) => place)).toEqual([0, 1, 2]);
    await redis.del(`${jobs}a`);
    expect(await begin('two', 'b')).toMatchObject({ place: 0, deaths: 0 });
    await inbox('two').markDone('b');
    // what is done needs no turn, so that it can leave
    await redis.lpush(`${prefix}:lane:services:slam`, 'c');
    expect(await begin('two', 'b')).toMatchObject({ place: 0, done: true });
  });

  it('remembers of a flow that a run may have left something, until one says otherwise or is done', async ({
    redis,
    prefix,
  }) => {
    const inbox = createInboxTable(redis, { prefix, instance: 'one' });
    const doubted = async (id: string, flow?: string) => (await inbox.begin(id, undefined, flow)).doubted;
    expect([await doubted('a', 'f'), await doubted('b', 'f'), await doubted('b')]).toEqual([
      false,
      true,
      false,
    ]);
    await inbox.survived('a');
    expect([await inbox.isDoubted('f'), await inbox.isDoubted('a')]).toEqual([true, false]);
    await inbox.survived('b', 'f');
    expect([await inbox.isDoubted('f'), await doubted('c', 'f')]).toEqual([false, false]);
    await inbox.markDone('c', 'f');
    expect(await inbox.isDoubted('f')).toBe(false);
    // What is not begun leaves nothing.
    expect([await doubted('c', 'f'), await inbox.isDoubted('f')]).toEqual([false, false]);
  });

  it('leaves its turn to a job that is on its way into the queue, and for no longer than that takes', async ({
    redis,
    prefix,
  }) => {
    const inbox = createInboxTable(redis, { prefix, instance: 'one' });
    const lane = `${prefix}:lane:services:slam`;
    const jobs = `${prefix}:bull:services:`;
    await joinLane(redis, { id: 'a', queue: 'services', data: { lane: 'slam' } }, { prefix });
    await redis.hset(`${jobs}b`, 'name', 'open');
    expect(await inbox.begin('b', { lane, jobs, id: 'b' })).toMatchObject({ place: 1 });
    expect(await redis.pttl(comingKey(lane, 'a'))).toBeGreaterThan(0);
    await redis.del(comingKey(lane, 'a'));
    expect(await inbox.begin('b', { lane, jobs, id: 'b' })).toMatchObject({ place: 0 });
  });

  it('does not call done what Redis refused to write down', async ({ redis, prefix }) => {
    const inbox = createInboxTable(redis, { prefix, instance: 'one' });
    await redis.set(`${prefix}:inbox`, 'text');
    await expect(inbox.begin('a')).rejects.toThrow('WRONGTYPE');
    await expect(inbox.markDone('a')).rejects.toThrow('WRONGTYPE');
    await redis.del(`${prefix}:inbox`);
    expect(await inbox.isDone('a')).toBe(false);
    expect(await inbox.begin('a')).toMatchObject({ done: false });
  });
});

describe('a handler that hangs', () => {
  /** Starts a host on which a sweep may run for so long. */
  async function limited(place: Place, handler: ReturnType<typeof sweeper>['handler'], ms: number) {
    await startHost(place, [handler], { timeoutsMs: { 'pipeline.sweep': ms } });
  }

  it('G7 is aborted through its signal, and tried again', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const reasons: unknown[] = [];
    const { handler, runs } = sweeper(async (_body, { signal }) => {
      if (runs.length > 1) return;
      await systemClock.sleep(60_000, signal).catch(() => void reasons.push(signal.reason));
      signal.throwIfAborted();
    });
    await limited(place, handler, 300);
    await producer(place).add(sweep('j-1'));
    expect(await ended(place, 'j-1')).toBe('completed');
    expect(reasons).toMatchObject([{ code: 'JOB_TIMED_OUT' }]);
    expect([runs.length, (await stored(place, 'j-1'))['failedReason']]).toEqual([
      2,
      'pipeline.sweep ran for more than 0.3 s',
    ]);
  });

  it('G7 and does not listen is given up as unknown, and its neighbours go on', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const never = createGate();
    const { handler, runs, dead } = sweeper(async ({ tick }) => {
      if (tick === 'hang') await never.passed;
    });
    await limited(place, handler, 300);
    const jobs = producer(place);
    await jobs.add(sweep('deaf', 'hang'));
    await jobs.add(sweep('deaf-too', 'hang'));
    await jobs.add(sweep('good'));
    expect([await ended(place, 'deaf'), await ended(place, 'good')]).toEqual(['failed', 'completed']);
    await eventually(() => dead.length === 2);
    expect(dead[0]).toContain('nobody can tell whether it was done');
    expect(runs.filter(({ tick }) => tick === 'hang')).toHaveLength(2);
    expect((await openDesk(place).deadLetter('deaf-too')).letter).toMatchObject({ code: 'JOB_TIMED_OUT' });
    never.open();
  });
});
