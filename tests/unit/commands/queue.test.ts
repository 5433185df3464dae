// What `queue …` answers, asks and refuses.
import { describe, expect, it } from 'vitest';
import { misspelt } from '../../../src/commands/candidates.ts';
import { catalogue } from '../../../src/commands/index.ts';
import type { JobName, JobOrder } from '../../../src/contracts/jobs.ts';
import type { DeadLetter, QueueView } from '../../../src/contracts/queues.ts';
import { notingSink } from '../../support/kept.ts';
import { ago, type Known, link, portsOf, process, told } from './ports.ts';

const queue = (name: string, given: Partial<QueueView> = {}): QueueView => ({
  ...{ queue: name, waiting: 0, delayed: 0, active: 0, dead: 0, oldestWaitingMs: 0, hold: null },
  ...given,
});
const letter = (id: string, given: Partial<DeadLetter> = {}): DeadLetter => ({
  ...{ id, queue: 'gas', name: 'gas.deliver', code: 'AGENT_UNKNOWN', reason: 'no such agent', attempts: 3 },
  ...{ firstAt: ago(900), lastAt: ago(60), data: { body: { text: 'secret plan' } } },
  ...given,
});
const paused = queue('gas', {
  ...{ waiting: 3, oldestWaitingMs: 65_000 },
  hold: { state: 'paused', since: ago(300), by: 'discord:1' },
});

function actionOf(name: string) {
  const spec = catalogue.find((one) => one.name === name);
  if (spec?.kind !== 'action') throw new Error(`${name} is no action`);
  return spec;
}

const identity = { surface: 'console', id: 'local', name: 'you' } as const;
const check = (name: string, args: Readonly<Record<string, string>>, known: Known = {}) =>
  actionOf(name).check({ args, identity }, portsOf(known));

async function ordered(name: string, args: Readonly<Record<string, string>>) {
  const orders: JobOrder<JobName>[] = [];
  const ports = {
    ...portsOf({}),
    jobs: notingSink((order) => orders.push(order)),
  };
  const call = {
    args,
    identity,
    correlationId: 'c-1',
    replyTo: { surface: 'console', place: 'main' },
  } as const;
  await actionOf(name).enqueue(call, ports);
  await actionOf(name).enqueue(call, ports);
  return orders;
}

describe('queue status', () => {
  it('tells what a process keeps on disk for the queue, and nothing where it keeps nothing', async () => {
    const outbox = link('outbox', { state: 'down', detail: '2 jobs on disk, the oldest for 3 s' });
    const processes = [process(7, [outbox]), process(8, [link('outbox')])];
    expect((await told('queue status', { queues: [queue('gas')], processes })).slice(3)).toEqual([
      '  outbox@7  2 jobs on disk, the oldest for 3 s',
    ]);
  });

  it('tells of each queue what lies in it, and of a paused one by whom', async () => {
    expect(
      await told('queue status', { queues: [paused, queue('services', { active: 1, dead: 2 })] }),
    ).toEqual([
      '[warn]',
      'Paused: gas',
      '  gas       3 waiting, the oldest for 65 s, 0 active, 0 delayed, 0 dead; paused for 5 min by discord:1',
      '  services  0 waiting, 1 active, 0 delayed, 2 dead',
    ]);
  });

  it('is well where nothing is paused or dead', async () => {
    expect((await told('queue status', { queues: [queue('gas')] })).slice(0, 2)).toEqual([
      '[ok]',
      '1 queue, none paused',
    ]);
  });

  it('G8 shows in `status` what is paused and how much is dead', async () => {
    const lines = await told('status', { queues: [paused, queue('services', { dead: 2 })] });
    expect(lines.map((line) => line.trim().replaceAll(/\s+/g, ' '))).toEqual(
      expect.arrayContaining([
        'queue gas paused for 5 min by discord:1',
        'queues 2 dead letters; `queue dead` shows why',
      ]),
    );
  });
});

describe('queue dead', () => {
  it('lists the newest with their reasons, and how many are not shown or were removed', async () => {
    const letters = Array.from({ length: 12 }, (_, i) => letter(`x${i}`));
    const lines = await told('queue dead', { letters, cut: 4 });
    expect(lines.slice(0, 3)).toEqual([
      '[warn]',
      '12 dead letters',
      '  x0  gas.deliver in gas, 3 runs: AGENT_UNKNOWN: no such agent (60 s ago)',
    ]);
    expect(lines.at(-1)).toBe(
      '2 older ones are not shown. 4 were removed since too many or too old. `queue redrive <id>` runs one again.',
    );
  });

  it('does not show everybody what a message says; `queue show` does, by a permission of its own', async () => {
    expect((await told('queue dead', { letters: [letter('x1')] })).join()).not.toContain('secret plan');
    expect((await told('queue show', { letters: [letter('x1')] }, { id: 'x1' })).join()).toContain(
      'secret plan',
    );
    expect(catalogue.find(({ name }) => name === 'queue show')).toMatchObject({ permission: 'queue.show' });
  });
});

describe('a queue that there is not', () => {
  const names = 'services, gas, pipeline, control, report.discord, report.twitch, report.console';

  it('is no queue without dead letters: `queue dead` says so, and which there are', async () => {
    expect(await told('queue dead', {}, { queue: 'NOSUCH' })).toEqual([
      '[warn]',
      expect.stringContaining(`Unknown: No queue is called \`NOSUCH\`. There are: ${names}`),
    ]);
    expect(await told('queue dead', {}, { queue: 'gas' })).toEqual(['[ok]', 'No dead letter in gas']);
  });

  it('is refused by `queue redrive-all`, with the one that was likely meant', async () => {
    expect(await check('queue redrive-all', { queue: 'NOSUCH' })).toContain(`There are: ${names}`);
    expect(await check('queue redrive-all', { queue: 'GAS' })).toBe(
      'No queue is called `GAS`. Did you mean `gas`?',
    );
  });

  it.for(['queue dead', 'queue redrive-all'])(
    'is guessed at by %s where it is a slip of the pen',
    async (name) => {
      const spec = catalogue.find((one) => one.name === name);
      const refusal = spec && (await misspelt(spec, { queue: 'gsa' }, portsOf({})));
      expect(refusal).toMatchObject({ text: 'No queue `gsa` is known. Did you mean `gas`?' });
    },
  );
});

describe('queue show', () => {
  const letters = [letter('x1a'), letter('x1b'), letter('x2')];

  it.for([
    ['x1', 'Unknown: `x1` is the beginning of 2 dead letters: x1a, x1b.'],
    ['y', 'Unknown: No dead letter begins with `y`. `queue dead` lists them.'],
  ] as const)('tells none from several: %s', async ([id, title]) => {
    expect(await told('queue show', { letters }, { id })).toEqual(['[warn]', title]);
  });

  it('is asked about where what was typed is the beginning of several', async () => {
    const spec = catalogue.find(({ name }) => name === 'queue show');
    const refusal = spec && (await misspelt(spec, { id: 'x1' }, portsOf({ letters })));
    expect(refusal).toMatchObject({ text: 'Which id is `x1`? It is the beginning of `x1a`, `x1b`.' });
  });
});

describe('queue pause, drain and resume', () => {
  it.for(['pause', 'drain', 'resume'])('%s is one job, however often it is confirmed', async (order) => {
    const [first, second] = await ordered(`queue ${order}`, { queue: 'gas' });
    expect(first).toMatchObject({
      name: 'queue.hold',
      principal: 'console:local',
      body: { order, queue: 'gas' },
    });
    expect(second?.id).toBe(first?.id);
  });

  it('knows which queues there are to pause, and guesses at a slip of the pen', async () => {
    expect(await check('queue pause', { queue: 'gas' })).toBeNull();
    expect(await check('queue pause', { queue: 'gsa' })).toContain('Did you mean `gas`?');
    expect(await check('queue pause', { queue: 'control' })).toContain('can be paused');
    expect(await check('queue pause', { queue: 'report.discord' })).toContain('can be paused');
  });

  it('needs the permission for that queue', () => {
    expect(actionOf('queue pause').permission({ queue: 'gas' })).toBe('queue.hold:gas');
  });
});

describe('queue redrive and discard', () => {
  it('G3 takes two persons for all of them, and one for one', () => {
    expect(
      ['queue redrive', 'queue redrive-all', 'queue discard'].map((name) => actionOf(name).danger),
    ).toEqual(['confirm', 'two-persons', 'confirm']);
  });

  it('refuses what is not there', async () => {
    expect(await check('queue redrive', { id: 'x1' }, { letters: [letter('x1')] })).toBeNull();
    expect(await check('queue redrive', { id: 'x2' })).toContain('No dead letter');
    const letters = [letter('x1a'), letter('x1b')];
    expect(await check('queue redrive', { id: 'x1' }, { letters })).toBe(
      '`x1` is the beginning of 2 dead letters: x1a, x1b.',
    );
    expect(await check('queue redrive', { id: 'all' })).toContain('queue redrive-all');
    expect(await check('queue redrive-all', { queue: 'gas' })).toBe('There is no dead letter of gas.');
  });

  it('orders one, or all of a queue', async () => {
    const [one] = await ordered('queue redrive', { id: 'x1' });
    const [all] = await ordered('queue redrive-all', { queue: 'gas' });
    const [gone] = await ordered('queue discard', { id: 'x1' });
    expect([one?.body, all?.body, gone?.body]).toMatchObject([
      { order: 'redrive', id: 'x1', queue: null },
      { order: 'redrive', id: null, queue: 'gas' },
      { order: 'discard', id: 'x1', queue: null },
    ]);
  });
});
