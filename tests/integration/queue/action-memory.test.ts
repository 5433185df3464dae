// What people asked for and what became of it, in a real Redis.
import { describe, expect } from 'vitest';
import type { ActionNote } from '../../../src/contracts/actions.ts';
import type { JobOrder } from '../../../src/contracts/jobs.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { createActionDirectory, rememberReports } from '../../../src/queue/index.ts';
import { notingSink } from '../../support/kept.ts';
import { it } from '../../support/fixtures.ts';
import { producer } from './rig.ts';

const id = 'x0123456789abcdef012';
const note = (correlationId = id): ActionNote => ({
  correlationId,
  command: 'restart',
  args: { service: 'slam' },
  person: 'alice',
  principal: 'discord:111',
  at: 1_700_000_000_000,
});
const report = (seq: number, text: string, correlationId = id): JobOrder<'chat.report'> => ({
  name: 'chat.report',
  id: `report-${correlationId}-${seq}`,
  correlationId,
  causationId: null,
  principal: 'discord:111',
  body: {
    to: { surface: 'console', place: 'main' },
    about: correlationId,
    kind: 'restart',
    subject: 'slam',
    seq,
    final: false,
    text,
    steps: [{ state: 'queued', at: 1, detail: '' }],
  },
});

describe('an action', () => {
  it.for([
    ['its whole id', id],
    ['seven characters', 'x012345'],
    ['six digits', '012345'],
    ['any case', 'X012345'],
  ])('is found by %s', async ([, typed = ''], { redis, prefix }) => {
    const actions = createActionDirectory(redis, { prefix });
    await actions.note(note());
    expect(await actions.find(typed)).toEqual([{ note: note(), steps: [], word: null }]);
  });

  it('is not found by another beginning, nor by what is no id', async ({ redis, prefix }) => {
    const actions = createActionDirectory(redis, { prefix });
    await actions.note(note());
    expect([await actions.find('x0123457'), await actions.find('x*'), await actions.find('01234')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('keeps its first note', async ({ redis, prefix }) => {
    const actions = createActionDirectory(redis, { prefix });
    await actions.note(note());
    await actions.note({ ...note(), person: 'mallory' });
    expect(await actions.find(id)).toMatchObject([{ note: { person: 'alice' } }]);
  });

  it('is known with its newest report, also to a process that starts later', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const queue = producer({ redis, redisUrl, prefix });
    const jobs = rememberReports(queue, redis, { prefix });
    await createActionDirectory(redis, { prefix }).note(note());
    await jobs.add(report(1, 'newer'));
    await jobs.add(report(0, 'older'));
    await queue.close();
    const later = createCommandRedis({ url: redisUrl, name: 'later' });
    const [found] = await createActionDirectory(later, { prefix }).find(id);
    closeRedis(later);
    expect(found).toMatchObject({ word: { text: 'newer', subject: 'slam' }, steps: [{ state: 'queued' }] });
  });

  it('is not told as ended by a report of the question that went before it', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const queue = producer({ redis, redisUrl, prefix });
    const jobs = rememberReports(queue, redis, { prefix });
    const actions = createActionDirectory(redis, { prefix });
    await actions.note(note());
    const approved = report(1, 'Approved by bob');
    await jobs.add({ ...approved, body: { ...approved.body, about: 'x99', final: true } });
    await queue.close();
    expect(await actions.find(id)).toMatchObject([{ word: null }]);
  });

  it('that nobody noted leaves nothing behind', async ({ redis, redisUrl, prefix }) => {
    const queue = producer({ redis, redisUrl, prefix });
    await rememberReports(queue, redis, { prefix }).add(report(0, 'gas of the pipeline'));
    await queue.close();
    expect(await redis.keys(`${prefix}:action*`)).toEqual([]);
  });

  it('is forgotten after a week', async ({ redis, prefix }) => {
    await createActionDirectory(redis, { prefix }).note(note());
    const week = 7 * 24 * 3_600;
    const keys = await redis.keys(`${prefix}:action*`);
    const left = await Promise.all(keys.map((key) => redis.ttl(key)));
    expect([keys.length, left.every((seconds) => seconds > week - 60 && seconds <= week)]).toEqual([2, true]);
  });
});

it('enqueues a report though it cannot be remembered', async ({ redis, prefix }) => {
  const added: string[] = [];
  const dead = createCommandRedis({ url: 'redis://127.0.0.1:1', name: 'dead' });
  const jobs = rememberReports(
    notingSink(({ id }) => added.push(id)),
    dead,
    { prefix },
  );
  await jobs.add(report(0, 'so far'));
  closeRedis(dead);
  expect(added).toEqual([report(0, '').id]);
  expect(await redis.keys(`${prefix}:action*`)).toEqual([]);
});
