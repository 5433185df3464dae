// `brain search` and `brain note`: what people read of the swarm's memory, and what they may not put there.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import type { Action } from '../../../src/commands/spec.ts';
import { type JobName, type JobOrder, jobCatalogue } from '../../../src/contracts/jobs.ts';
import { notingSink } from '../../support/kept.ts';
import { ago, portsOf, told } from './ports.ts';

const learning = {
  id: 'l1',
  author: 'Agent-3',
  mission: 'Map',
  tags: [],
  text: 'the door\n is glass',
  at: ago(600),
};

describe('brain search', () => {
  it('quotes who has learned what, and when', async () => {
    expect(await told('brain search', { learnings: [learning] }, { text: 'door' })).toEqual([
      '[ok]',
      'The best 1 learning',
      '  Agent-3  “the door is glass” (Map) (10 min ago)',
    ]);
  });

  it('says that nothing is known', async () => {
    expect(await told('brain search', {}, { text: 'door' })).toEqual([
      '[ok]',
      'The brain knows nothing about it',
    ]);
  });
});

describe('brain note', () => {
  const identity = { surface: 'discord', id: '1', name: 'Ann' } as const;
  const replyTo = { surface: 'discord', place: '9' } as const;

  it('becomes one job with the tags that stand in it', async () => {
    const jobs: JobOrder<JobName>[] = [];
    const ports = {
      ...portsOf({}),
      jobs: notingSink((order) => jobs.push(order)),
    };
    const call = {
      args: { text: 'mind the door #door #Wall a#b #door' },
      identity,
      replyTo,
      correlationId: 'c-1',
    };
    expect(await note().check(call, ports)).toBeNull();
    await note().enqueue(call, ports);
    const body = { by: 'Ann', replyTo, learning: 'mind the door #door #Wall a#b #door', tags: ['door'] };
    expect(jobs).toMatchObject([{ name: 'brain.note', correlationId: 'c-1', body }]);
    expect(jobCatalogue['brain.note'].body.safeParse(jobs[0]?.body).success).toBe(true);
  });

  it('is refused where it looks like a secret', async () => {
    const call = { args: { text: 'password: hunter2' }, identity };
    expect(await note().check(call, portsOf({}))).toContain('secret');
  });
});

function note(): Action {
  const spec = catalogue.find(({ name }) => name === 'brain note');
  if (spec?.kind !== 'action') throw new Error('no action');
  return spec;
}
