// What is given up lies whole among the dead letters, and can be run again; what only a newer Swarmline knows is kept for it.
import { describe, expect, onTestFinished } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { DeadLetter } from '../../../src/contracts/queues.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { createDeadLetters } from '../../../src/queue/dead-letters.ts';
import { type BoundHandler, createQueueDesk } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createLaneHost, gasFor } from './lane-rig.ts';
import { ended, type Place, producer, smuggle, stored, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

async function started(place: Place, handlers: readonly BoundHandler[], faults = new Faults()) {
  return startHost(place, handlers, { faults });
}

function openDesk({ redis, prefix }: Place) {
  const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
  onTestFinished(() => desk.close());
  return desk;
}

/** A sweeper that fails for good until its luck turns. */
function unlucky() {
  const luck = { turned: false };
  const done = sweeper(async () => {
    if (!luck.turned) throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
  });
  return { ...done, luck };
}

describe('a job that is given up', () => {
  it('G3 F03 lies among the dead letters, whole, with its reason', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    await started(place, [unlucky().handler]);
    await producer(place).add(sweep('j-1', 'noon'));
    await ended(place, 'j-1');
    const { letters, total, cut } = await openDesk(place).deadLetters(10);
    expect([total, cut]).toEqual([1, 0]);
    expect(letters[0]).toMatchObject({
      id: 'j-1',
      queue: 'pipeline',
      name: 'pipeline.sweep',
      code: 'AGENT_UNKNOWN',
      reason: 'no such agent',
      attempts: 1,
      data: { envelope: { id: 'j-1', correlationId: 'c-j-1' }, body: { tick: 'noon' } },
    });
  });

  it('lies there before the queue calls it failed', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper(async () => {
      throw new SwarmError(domainErrors.bridgeDown, 'gone');
    });
    await started(place, [handler]);
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    expect((await openDesk(place).deadLetters(10)).letters).toMatchObject([{ id: 'j-1', attempts: 2 }]);
    expect(runs).toHaveLength(2);
  });

  it.for([
    ['no envelope', 'pipeline.sweep', { tick: 'now' }, 'JOB_INVALID'],
    ['garbage', 'pipeline.sweep', 'hello', 'JOB_INVALID'],
    ['a name that nobody knows', 'no.such.job', { envelope: {}, body: {} }, 'JOB_INVALID'],
    ['a version that there never was', 'pipeline.sweep', { envelope: { v: 0 } }, 'JOB_INVALID'],
  ] as const)(
    'G1 because of %s keeps what it was',
    async ([, name, data, code], { redis, redisUrl, prefix }) => {
      const place = { redis, redisUrl, prefix };
      const { handler, runs } = sweeper();
      await started(place, [handler]);
      await smuggle(place, { queue: 'pipeline', name, id: 'bad', data });
      await producer(place).add(sweep('good'));
      expect(await ended(place, 'bad')).toBe('failed');
      expect((await openDesk(place).deadLetters(10)).letters).toMatchObject([{ id: 'bad', code, data }]);
      expect([await ended(place, 'good'), runs.length]).toEqual(['completed', 1]);
    },
  );

  it('G1 F03 because its data is no JSON stops no worker', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler } = sweeper();
    await smuggle(place, { queue: 'pipeline', name: 'pipeline.sweep', id: 'torn', data: {} });
    await redis.hset(`${prefix}:bull:pipeline:torn`, 'data', '{"envelope": ');
    await started(place, [handler]);
    await producer(place).add(sweep('good'));
    expect(await ended(place, 'good')).toBe('completed');
    expect(await ended(place, 'torn')).toBe('failed');
    expect((await openDesk(place).deadLetters(10)).letters).toMatchObject([
      { id: 'torn', code: 'JOB_INVALID', data: '{"envelope": ' },
    ]);
  });
});

describe('a dead letter', () => {
  it('G3 that is redriven runs again under its own id, with fields that nobody here knows', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, luck, runs } = unlucky();
    await started(place, [handler]);
    const desk = openDesk(place);
    await producer(place).add(sweep('j-0'));
    const { envelope } = JSON.parse((await stored(place, 'j-0'))['data'] ?? '');
    const old = { ...envelope, id: 'j-1', issuedAt: 1, deadline: 2, colour: 'red' };
    const data = { envelope: old, body: { tick: 'noon', more: 1 }, extra: true };
    await smuggle(place, { queue: 'pipeline', name: 'pipeline.sweep', id: 'j-1', data });
    await ended(place, 'j-1');
    luck.turned = true;
    const { letter } = await desk.deadLetter('j-1');
    if (!letter) throw new Error('there is no letter');
    const before = Date.now();
    expect(await desk.redrive(letter)).toBe('redriven');
    await eventually(async () => (await redis.zscore(`${prefix}:bull:pipeline:completed`, 'j-1')) !== null);
    const again = JSON.parse((await stored(place, 'j-1'))['data'] ?? '');
    expect(again).toMatchObject({ envelope: { id: 'j-1', colour: 'red' }, body: { more: 1 }, extra: true });
    expect(again.envelope.issuedAt).toBeGreaterThanOrEqual(before);
    expect(again.envelope.deadline).toBe(again.envelope.issuedAt + 60_000);
    expect(runs.at(-1)).toEqual({ tick: 'noon' });
    expect(await desk.deadLetter('j-1')).toEqual({ letter: null, ids: [] });
  });

  it('that is redriven and fails again lies there again, with the new reason', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    let reason = 'first';
    const { handler } = sweeper(async () => {
      throw new SwarmError(domainErrors.agentUnknown, reason);
    });
    await started(place, [handler]);
    const desk = openDesk(place);
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    reason = 'second';
    const { letter } = await desk.deadLetter('j-1');
    if (letter) await desk.redrive(letter);
    const found = await eventually(() => desk.deadLetter('j-1'), {
      accept: (now) => now?.letter?.reason === 'second',
    });
    expect(found?.letter).toMatchObject({ attempts: 1, reason: 'second' });
  });

  it('G2 whose job was done after all is not run again', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = unlucky();
    await started(place, [handler]);
    const desk = openDesk(place);
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    await redis.zadd(`${prefix}:inbox`, Date.now(), 'j-1');
    const { letter } = await desk.deadLetter('j-1');
    expect(letter && (await desk.redrive(letter))).toBe('done');
    expect([runs.length, (await desk.deadLetter('j-1')).ids]).toEqual([1, []]);
  });

  it('that is redriven twice at once runs once', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, luck, runs } = unlucky();
    await started(place, [handler]);
    const [one, other] = [openDesk(place), openDesk(place)];
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    luck.turned = true;
    const { letter } = await one.deadLetter('j-1');
    if (!letter) throw new Error('there is no letter');
    await Promise.all([one.redrive(letter), other.redrive(letter)]);
    await eventually(async () => (await redis.zscore(`${prefix}:bull:pipeline:completed`, 'j-1')) !== null);
    expect(runs).toHaveLength(2);
  });

  it('that is discarded never runs again, also if the same order comes', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, luck, runs } = unlucky();
    await started(place, [handler]);
    const desk = openDesk(place);
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    const { letter } = await desk.deadLetter('j-');
    if (letter) await desk.discard(letter);
    luck.turned = true;
    await redis.del(`${prefix}:bull:pipeline:j-1`);
    await redis.zrem(`${prefix}:bull:pipeline:failed`, 'j-1');
    await producer(place).add(sweep('j-1'));
    expect([await ended(place, 'j-1'), runs.length]).toEqual(['completed', 1]);
    expect((await desk.deadLetters(1)).total).toBe(0);
  });
});

describe('the dead letters', () => {
  const letter = (id: string, lastAt: number): DeadLetter => ({
    ...{ id, queue: 'gas', name: 'gas.deliver', code: 'AGENT_UNKNOWN', reason: 'none', attempts: 1 },
    ...{ firstAt: 0, lastAt, data: null },
  });

  it('tell which of them the bound removes', async ({ redis, prefix }) => {
    const letters = createDeadLetters(redis, { prefix, most: 2, keepMs: 1_000 });
    expect(await letters.put(letter('a', 1))).toEqual([]);
    expect(await letters.put(letter('b', 2))).toEqual([]);
    expect(await letters.put(letter('c', 3))).toEqual(['gas/a']);
    expect(await letters.put(letter('d', 1_003))).toEqual(['gas/b']);
    expect(await letters.list(9)).toMatchObject({ letters: [{ id: 'd' }, { id: 'c' }], total: 2, cut: 2 });
  });

  it('are found by the beginning of an id only where it is of one', async ({ redis, prefix }) => {
    const letters = createDeadLetters(redis, { prefix });
    await letters.put(letter('ab1', 1));
    await letters.put(letter('ab2', 2));
    await letters.put(letter('ab', 3));
    expect([await letters.find('ab1'), await letters.find('ab')]).toMatchObject([
      { letter: { id: 'ab1' }, ids: ['ab1'] },
      { letter: { id: 'ab' }, ids: ['ab'] },
    ]);
    expect([await letters.find('a'), await letters.find('z')]).toEqual([
      { letter: null, ids: ['ab', 'ab2', 'ab1'] },
      { letter: null, ids: [] },
    ]);
  });

  it('raise a fault that wants a person when some are removed', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const old = createDeadLetters(redis, { prefix });
    await old.put(letter('ancient', Date.now() - 40 * 24 * 3_600_000));
    const faults = new Faults();
    const codes: string[] = [];
    faults.listen(({ code }) => codes.push(code));
    await started(place, [unlucky().handler], faults);
    await producer(place).add(sweep('j-1'));
    await eventually(() => codes.includes('DEAD_LETTERS_CUT'));
    expect(await old.list(9)).toMatchObject({ letters: [{ id: 'j-1' }], cut: 1 });
  });
});

describe('a job of a newer Swarmline', () => {
  it('F38 is kept as it is and not counted as a try, and its neighbours run', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const data = { envelope: { v: 2, id: 'new', shape: 'unknown' }, body: { tick: 'now' }, more: [1] };
    const { handler, runs } = sweeper();
    await started(place, [handler]);
    await smuggle(place, { queue: 'pipeline', name: 'pipeline.sweep', id: 'new', data });
    await producer(place).add(sweep('ours'));
    expect(await ended(place, 'ours')).toBe('completed');
    await eventually(async () => (await redis.zscore(`${prefix}:bull:pipeline:delayed`, 'new')) !== null);
    const job = await stored(place, 'new');
    expect([JSON.parse(job['data'] ?? ''), job['atm'] ?? '0', runs.length]).toEqual([data, '0', 1]);
    expect((await openDesk(place).deadLetters(1)).total).toBe(0);
  });

  it('F38 leaves its lane, so that what is behind it does not wait for a Swarmline that may never come', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const host = createLaneHost(place, () => Promise.resolve('does'));
    onTestFinished(() => host.stop());
    const data = { envelope: { v: 2, id: 'new' }, body: {}, lane: 'A' };
    await redis.rpush(`${prefix}:lane:gas:A`, 'new');
    await smuggle(place, { queue: 'gas', name: 'gas.deliver', id: 'new', data });
    await producer(place).add(gasFor('A', 1));
    await host.start();
    expect(await ended(place, 'g-A-1', 'gas')).toBe('completed');
  });
});
