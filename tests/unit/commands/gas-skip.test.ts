// What `gas skip` asks where gas of that checkpoint waits for a person, and which gas it gives up: all of it, or one by its id.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { type JobName, type JobOrder, jobCatalogue } from '../../../src/contracts/jobs.ts';
import { notingSink } from '../../support/kept.ts';
import { agent, delivery, type Known, portsOf } from './ports.ts';

const wanting = (id: string, mission: string, given: object = {}) =>
  delivery(id, {
    state: 'expired',
    wanted: true,
    gas: { ...delivery(id).gas, mission, ...given },
  });
const others = [
  delivery('x0a2b3c4d5e6', { state: 'expired' }),
  wanting('x8a2b3c4d5e6', 'Survey 4', { checkpoint: 90 }),
  wanting('x9a2b3c4d5e6', 'Survey 5', { from: 'Agent-2' }),
];

function skip() {
  const spec = catalogue.find(({ name }) => name === 'gas skip');
  if (spec?.kind !== 'action') throw new Error('gas skip is no action');
  return spec;
}

const asks = (deliveries: Known['deliveries'] = []) =>
  skip().prompt({ agent: 'Agent-1', checkpoint: '75' }, portsOf({ agents: [agent('Agent-1')], deliveries }));

describe('the question of gas skip', () => {
  it('is of the present mission where nobody is wanted for gas of that checkpoint', async () => {
    expect(await asks(others)).toBe('Skip the 75 % gas of Agent-1?');
  });

  it('names each gas that would be given up, the oldest first, and how many', async () => {
    const two = wanting('x2a2b3c4d5e6', 'Survey 2', { to: 'Agent-3' });
    expect(await asks([two, ...others, wanting('x1a2b3c4d5e6', 'Survey 1')])).toBe(
      'Give up 2 deliveries of the 75 % gas of Agent-1, for which a person is wanted: x1a2b3c4 for Agent-2 (mission Survey 1), x2a2b3c4 for Agent-3 (mission Survey 2); and nothing else?',
    );
  });

  it('names as many as fit, and counts the others', async () => {
    const many = Array.from({ length: 11 }, (_, at) =>
      wanting(`x${String.fromCharCode(97 + at)}234567`, `${at} ${'m'.repeat(90)}`),
    );
    const text = await asks(many);
    expect(text).toMatch(
      /^Give up 11 deliveries .*xk234567 for Agent-2 \(mission 10 m+…\), .*\) and 3 more; and nothing else\?$/,
    );
    expect(text.length).toBeLessThan(700);
  });
});

it.each([
  ['hands over to nobody now', { next: null }],
  ['has told no mission', { next: 'Agent-2', epoch: 0 }],
])('gas skip gives up what a person is wanted for, also of an agent that %s', async (_, given) => {
  const agents = [agent('Agent-1', given)];
  const refused = (deliveries: Known['deliveries'] = []) => {
    const identity = { surface: 'console', id: 'local', name: 'you' } as const;
    const args = { agent: 'Agent-1', checkpoint: '75' };
    return skip().check({ args, identity }, portsOf({ agents, deliveries }));
  };
  expect(await refused([wanting('x1a2b3c4d5e6', 'Survey 1')])).toBeNull();
  expect(await refused(others)).toMatch(/^Agent-1 h/);
});

describe('the yes to the question of gas skip', () => {
  const old = wanting('x1a2b3c4d5e6', 'Survey 1');
  const newer = wanting('x2a2b3c4d5e6', 'Survey 2');

  it.each([
    ['gives up those that it named', [newer, old], [newer, old], ['x1a2b3c4d5e6', 'x2a2b3c4d5e6']],
    ['is about the present mission where it named none', others, others, []],
    ['gives up nothing where they were taken before it', [newer, old], others, null],
    ['gives up nothing where one of them was', [newer, old], [old], null],
    ['gives up nothing where a person is wanted since', others, [...others, old], null],
  ])('%s', async (_, before, after, wanted) => {
    const jobs: JobOrder<JobName>[] = [];
    const ports = { ...portsOf({ deliveries: after }), jobs: notingSink((order) => jobs.push(order)) };
    await skip().enqueue(
      {
        args: { agent: 'Agent-1', checkpoint: '75' },
        identity: { surface: 'console', id: 'local', name: 'you' },
        replyTo: { surface: 'console', place: 'main' },
        correlationId: 'c-1',
        question: await asks(before),
      },
      ports,
    );
    expect(jobs).toMatchObject([{ body: { checkpoint: 75, wanted } }]);
    expect(jobCatalogue['gas.skip'].body.safeParse(jobs[0]?.body).data).toMatchObject({ wanted });
  });
});

describe('gas skip of one gas by its id', () => {
  const two = [wanting('x2a2b3c4d5e6', 'Survey 2', { checkpoint: 90 }), wanting('x1a2b3c4d5e6', 'Survey 1')];
  const ports = portsOf({ agents: [agent('Agent-1', { next: 'Agent-2' })], deliveries: [...two, ...others] });
  const identity = { surface: 'console', id: 'local', name: 'you' } as const;
  const replyTo = { surface: 'console', place: 'main' } as const;
  const checkpoint = skip().args.find(({ name }) => name === 'checkpoint');

  it('asks with that one, and offers each for which a person is wanted', async () => {
    expect(await skip().prompt({ agent: 'Agent-1', checkpoint: 'x2a2b3c4' }, ports)).toBe(
      'Give up 1 delivery of the 90 % gas of Agent-1, for which a person is wanted: x2a2b3c4 for Agent-2 (mission Survey 2); and nothing else?',
    );
    expect(await checkpoint?.candidates?.(ports, { agent: 'Agent-1' })).toEqual(
      expect.arrayContaining(['75', '90', '100', 'x1a2b3c4', 'x2a2b3c4']),
    );
    expect(await checkpoint?.exact?.('x1a2b3c4', ports)).toBe('x1a2b3c4d5e6');
    expect(await checkpoint?.exact?.('75', ports)).toBe('75');
  });

  it('becomes an order about that one, which fits its schema', async () => {
    const jobs: JobOrder<JobName>[] = [];
    const noting = { ...ports, jobs: notingSink((order) => jobs.push(order)) };
    const args = { agent: 'Agent-1', checkpoint: 'x2a2b3c4' };
    const call = { args, identity, correlationId: 'c-1', replyTo };
    expect(await skip().check(call, ports)).toBeNull();
    expect(await skip().enqueue(call, noting)).toBe(
      'Order taken: skip the gas x2a2b3c4 of Agent-1. What becomes of it follows.',
    );
    const body = { agent: 'Agent-1', checkpoint: 90, delivery: 'x2a2b3c4d5e6', reason: '' };
    expect(jobs).toMatchObject([{ body }]);
    expect(jobCatalogue['gas.skip'].body.safeParse(jobs[0]?.body).data).toMatchObject(body);
  });

  it.each([
    ['xffffff', 'No delivery that is kept is called `xffffff`. `gas status` shows the newest.'],
    ['x9a2b3c4', 'That is gas of Agent-2, not of Agent-1.'],
    [
      'x0a2b3c4',
      'No person is wanted for it: it is expired. `gas skip Agent-1 75` is about that of its present mission.',
    ],
  ])('of %s is refused at once', async (id, why) => {
    const args = { agent: 'Agent-1', checkpoint: id };
    expect(await skip().check({ args, identity }, ports)).toBe(why);
  });

  it.each(['80', 'x1a2', 'all'])('takes %s for neither a checkpoint nor an id', (word) => {
    expect(checkpoint?.schema?.safeParse(word).error?.issues[0]?.message).toBe(
      'one of 75, 90, 100, or the id of a delivery',
    );
  });
});
