// What people ask about their own doings and about the platform: result, cancel, service, uptime.
import { describe, expect, it } from 'vitest';
import { cancel } from '../../../src/commands/catalogue/cancel.ts';
import { jobOfAction } from '../../../src/commands/catalogue/waiting.ts';
import { catalogue } from '../../../src/commands/index.ts';
import type { ActionCall, CommandPorts } from '../../../src/commands/spec.ts';
import type { ActionView } from '../../../src/contracts/actions.ts';
import type { DeliveryView } from '../../../src/contracts/agents.ts';
import type { Identity } from '../../../src/contracts/chat.ts';
import type { QueueView } from '../../../src/contracts/queues.ts';
import { notingSink } from '../../support/kept.ts';
import { ago, delivery, instance, type Known, link, portsOf, process, service, told } from './ports.ts';

const alice: Identity = { surface: 'discord', id: '111', name: 'Alice' };
const bob: Identity = { surface: 'discord', id: '333', name: 'Bob' };
const action = (id: string, given: Partial<ActionView> = {}): ActionView => ({
  note: {
    correlationId: id,
    command: 'restart',
    args: { service: 'slam' },
    person: 'discord:111',
    principal: 'discord:111',
    at: ago(60),
  },
  steps: [],
  word: null,
  ...given,
});
const ended: Partial<ActionView> = {
  steps: [
    { state: 'queued', at: ago(58), detail: '' },
    { state: 'ready', at: ago(50), detail: 'b2' },
  ],
  word: { kind: 'restart', subject: 'slam', final: true, text: 'slam is ready' },
};

describe('result', () => {
  it('tells every step of an action and its last word, each with its age', async () => {
    expect(await told('result', { actions: [action('xaaaaaa1', ended)] }, { id: 'xaaaaaa1' })).toEqual([
      '[ok]',
      'restart slam: ready',
      '  asked   by discord:111 (60 s ago)',
      '  queued  so far (58 s ago)',
      '  ready   b2 (50 s ago)',
      'slam is ready',
    ]);
  });

  const queue: QueueView = {
    ...{ queue: 'services', waiting: 2, delayed: 0, active: 0, dead: 0, oldestWaitingMs: 65_000, hold: null },
  };
  const hold = { state: 'paused', since: ago(300), by: 'discord:333' } as const;
  const reaching = link('redis', { state: 'up', since: ago(60) });

  it.for<[string, Known, string]>([
    [
      'everybody is busy',
      { queues: [queue] },
      'it waits until a worker is free; 2 jobs of the queue services wait, the oldest for 65 s',
    ],
    [
      'it may be the one that runs',
      { queues: [{ ...queue, active: 1, waiting: 0 }] },
      'it runs, or waits for one of 1 that run; 0 jobs of the queue services wait',
    ],
    [
      'its queue is held',
      { queues: [{ ...queue, hold }] },
      'the queue services is paused by discord:333 for 5 min; `queue resume` lets it go on',
    ],
    [
      'another queue is held',
      { queues: [queue, { ...queue, queue: 'gas', hold }] },
      'it waits until a worker is free; 2 jobs of the queue services wait, the oldest for 65 s',
    ],
    [
      'nobody works',
      { queues: [queue], processes: [{ ...process(7, [reaching]), roles: ['api'] }] },
      'no process has the role workers: orders and gas stay queued',
    ],
  ])('says of what no worker has begun why it waits: %s', async ([, known, why]) => {
    const lines = await told('result', { ...known, actions: [action('xaaaaaa1')] }, { id: 'xaaaaaa1' });
    expect([lines[1], lines.at(-1)]).toEqual([
      'restart slam: confirmed, no word of it yet',
      `Nothing was reported of it yet: ${why}.`,
    ]);
  });

  it('knows the job of every action that becomes one', () => {
    const actions = catalogue.filter(({ kind, name }) => kind === 'action' && name !== 'cancel');
    expect(actions.map(({ name }) => name).toSorted()).toEqual(Object.keys(jobOfAction).toSorted());
  });

  it('lists several that begin alike', async () => {
    const actions = [action('xaaaaaa1', ended), action('xaaaaaa2')];
    expect(await told('result', { actions }, { id: 'xaaaaaa' })).toEqual([
      '[warn]',
      '2 actions begin with xaaaaaa',
      '  xaaaaaa1  restart slam: ready (60 s ago)',
      '  xaaaaaa2  restart slam: confirmed, no word of it yet (60 s ago)',
    ]);
  });

  it('says of an id that nobody knows just that', async () => {
    expect(await told('result', {}, { id: 'xabcdef' })).toEqual([
      '[warn]',
      'Unknown: no action xabcdef in the last 7 days',
      'What was only asked for is told to who asked, to who may approve it, and to holders of `audit.read`.',
    ]);
  });
});

describe('cancel', () => {
  const scene = (
    actions: readonly ActionView[],
    outcome: 'cancelled' | 'too-late' | 'unknown' = 'cancelled',
    { deliveries = [], jobs = [] }: { deliveries?: readonly DeliveryView[]; jobs?: readonly string[] } = {},
  ) => {
    const asked: unknown[] = [];
    const orders: unknown[] = [];
    const ports: CommandPorts = {
      ...portsOf({ actions, deliveries }),
      jobs: notingSink((order) => orders.push(order)),
      canceller: {
        cancel: async (...of) => {
          asked.push(of);
          return outcome;
        },
        knows: async (id) => jobs.includes(id),
      },
      policy: {
        ...portsOf({}).policy,
        decide: async ({ identity, permission }) => ({
          allowed: identity.name === 'Alice' && permission === 'cancel.any',
          gates: [],
          blockedBy: null,
          policyVersion: 'test',
        }),
      },
    };
    const call = (identity: Identity): ActionCall => ({
      args: { id: 'xaaaaaa' },
      identity,
      correlationId: 'c-1',
      replyTo: { surface: 'discord', place: 'p' },
    });
    return { asked, orders, ports, call };
  };
  const bobs = action('xaaaaaa1', { note: { ...action('xaaaaaa1').note, person: 'discord:333' } });

  it('is for who asked for the action, and for who may cancel any', async () => {
    const { ports, call } = scene([bobs]);
    expect([await cancel.check(call(bob), ports), await cancel.check(call(alice), ports)]).toEqual([
      null,
      null,
    ]);
  });

  it('is denied to anybody else', async () => {
    const { ports, call } = scene([action('xaaaaaa1')]);
    expect(await cancel.check(call(bob), ports)).toEqual({
      code: 'denied',
      text: 'Only discord:111, who asked for it, may cancel this; anybody else needs the permission `cancel.any`.',
    });
  });

  it.each([
    ['no action', [], 'Nothing is called `xaaaaaa`'],
    ['several', [action('xaaaaaa1'), action('xaaaaaa2')], 'beginning of `xaaaaaa1`, `xaaaaaa2`'],
    ['what has ended', [action('xaaaaaa1', ended)], 'It has ended: slam is ready.'],
  ] as const)('is refused of %s', async (_what, actions, text) => {
    const { ports, call } = scene(actions);
    expect(await cancel.check(call(alice), ports)).toContain(text);
  });

  it('stops the whole action, and reports what came of it', async () => {
    const { ports, call, asked, orders } = scene([bobs]);
    expect(await cancel.enqueue(call(bob), ports)).toContain('Asked to cancel restart slam');
    expect(asked).toEqual([['xaaaaaa1', 'discord:333']]);
    expect(orders).toMatchObject([
      { name: 'chat.report', body: { final: true, text: expect.stringContaining('cancelled'), steps: [] } },
    ]);
  });

  it.each([
    [
      'a delivery, by the beginning of its id',
      { deliveries: [delivery('xaaaaaa7')] },
      'xaaaaaa7',
      'gas to Agent-2',
    ],
    ['a job, by its id', { jobs: ['xaaaaaa'] }, 'xaaaaaa', 'job xaaaaaa'],
  ])(
    'stops %s, for who may cancel any, and tells them what came of it',
    async (_what, known, id, subject) => {
      const { ports, call, asked, orders } = scene([], 'cancelled', known);
      expect(await cancel.check(call(bob), ports)).toMatchObject({ code: 'denied' });
      expect(await cancel.check(call(alice), ports)).toBeNull();
      expect(await cancel.enqueue(call(alice), ports)).toContain(`Asked to cancel ${subject}`);
      expect([asked, orders]).toMatchObject([
        [[id, 'discord:111']],
        [{ name: 'chat.report', body: { subject: `cancel of ${subject}`, steps: [] } }],
      ]);
    },
  );

  it('reports what came too late as failed', async () => {
    const { ports, call, orders } = scene([bobs], 'too-late');
    await cancel.enqueue(call(bob), ports);
    expect(orders).toMatchObject([{ body: { steps: [{ state: 'failed' }] } }]);
  });

  it('stops nothing when the right went between the wish and its effect', async () => {
    const { ports, call, asked, orders } = scene([action('xaaaaaa1')]);
    await cancel.enqueue(call(bob), ports);
    expect([asked, orders]).toMatchObject([[], [{ body: { steps: [{ state: 'failed' }] } }]]);
  });
});

describe('service', () => {
  it('tells where each of its instances runs', async () => {
    const services = [service('slam', { instances: [instance('1a2b3c4d')] })];
    const lines = await told('service', { services }, { name: 'slam' });
    expect([lines[1], lines.at(-1)]).toEqual([
      'Service slam',
      expect.stringContaining('on hall, pid 7, version unknown, ready since 2023-11-14T22:08:20.000Z'),
    ]);
  });

  it('guesses at one that nobody knows', async () => {
    expect(await told('service', { services: [service('slam')] }, { name: 'slma' })).toEqual([
      '[warn]',
      'Unknown: no service is called slma',
      'Did you mean slam?',
    ]);
  });
});

describe('uptime', () => {
  it('tells since when each process runs, and which is silent', async () => {
    const processes = [process(7, [link('redis')]), process(8, [link('redis')], ago(60))];
    expect(await told('uptime', { processes })).toEqual([
      '[warn]',
      '1 of 2 processes up',
      '  process 7  up 10 min, since 2023-11-14 22:03 UTC (workers, pipeline) (1 s ago)',
      '  process 8  unknown: it is silent; ran since 2023-11-14 22:03 UTC (workers, pipeline) (60 s ago)',
    ]);
  });
});
