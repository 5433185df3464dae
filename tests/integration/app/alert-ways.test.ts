// Alerts of processes over one real Redis that have not the same ways out, or whose ways do not take them.
import { describe, expect } from 'vitest';
import { createChatChannel } from '../../../src/app/alerts/chat-channel.ts';
import type { Address } from '../../../src/contracts/chat.ts';
import { createWebhookChannel } from '../../../src/core/alerts/channels/webhook.ts';
import { createSilences } from '../../../src/core/alerts/silences.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { Secret } from '../../../src/core/secret.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { inQueue } from '../../support/kept.ts';
import { processOf, signal } from './alert-process.ts';

describe('an alert of processes with different ways out', () => {
  const row = ({ runner }: ReturnType<typeof processOf>) =>
    runner
      .active()
      .map(({ telling, ways }) => [telling, ...ways.map(({ name, state }) => `${name} ${state}`)]);
  const pair = (redis: Redis, prefix: string) =>
    [
      processOf(redis, prefix, 'a', {}, ['file']),
      processOf(redis, prefix, 'b', {}, ['file', 'webhook']),
    ] as const;

  it('is told on each way once by who has it, and its end too', async ({ redis, prefix }) => {
    const [a, b] = pair(redis, prefix);
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    b.state.signals = [signal];
    await eventually(() => b.byWay.length === 1);
    await eventually(() => row(b)[0]?.length === 3);
    expect([row(a), row(b)]).toEqual([[['told', 'file told']], [['told', 'file told', 'webhook told']]]);
    a.state.signals = [];
    b.state.signals = [];
    await eventually(() => a.byWay.length + b.byWay.length === 4);
    expect([...a.byWay, ...b.byWay].toSorted()).toEqual([
      'file firing',
      'file resolved',
      'webhook firing',
      'webhook resolved',
    ]);
  });

  it('is told on the way that its dead teller lacked, and is known to be told on the others', async ({
    redis,
    prefix,
  }) => {
    const [a, b] = pair(redis, prefix);
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    await a.stop();
    b.state.signals = [signal];
    await eventually(() => b.byWay.length === 1);
    await eventually(() => row(b)[0]?.length === 3);
    expect([b.byWay, row(b)]).toEqual([['webhook firing'], [['told', 'file told', 'webhook told']]]);
    b.state.signals = [];
    await eventually(() => b.byWay.length === 3);
    expect(b.byWay.toSorted()).toEqual(['file resolved', 'webhook firing', 'webhook resolved']);
  });

  it('is over without a word on a way that nobody had while it was so', async ({ redis, prefix }) => {
    const a = processOf(redis, prefix, 'a', {}, ['file']);
    a.state.signals = [signal];
    await eventually(() => a.told.length === 1);
    await a.stop();
    const b = processOf(redis, prefix, 'b', { leftMs: 200 }, ['file', 'webhook']);
    await eventually(() => b.byWay.length > 0);
    const looked = b.state.looked;
    await eventually(() => b.state.looked > looked + 60);
    expect(b.byWay).toEqual(['file resolved']);
  });
});

const guards = createGuards({ clock: systemClock, random: () => 0 });
const hook = (url: string) => createWebhookChannel({ guards }, { url: new Secret(url), from: 'test' });
const chat = (to: Address) => {
  const jobs = { add: () => Promise.resolve(inQueue), look: () => Promise.resolve('done' as const) };
  return createChatChannel({ jobs, guards, clock: systemClock }, { to, instance: 'test' });
};

describe('two ways of one kind', () => {
  for (const [what, one, other, names] of [
    [
      'webhooks of two hosts',
      hook('https://one.example/s3cret'),
      hook('https://two.example/s3cret'),
      ['webhook one.example', 'webhook two.example'],
    ],
    [
      'webhooks of one host',
      hook('https://one.example/s3cret/a'),
      hook('https://one.example/s3cret/b'),
      ['webhook one.example', 'webhook one.example'],
    ],
    [
      'chats on two surfaces',
      chat({ surface: 'console', place: 'main' }),
      chat({ surface: 'discord', place: '42' }),
      ['chat console:main', 'chat discord:42'],
    ],
  ] as const) {
    it(`are told once each, and their ends too: ${what}`, async ({ redis, prefix }) => {
      const ways = [one, other, one].map(({ name, to }) => (to ? { name, to } : { name }));
      const three = ways.map((way, i) => processOf(redis, prefix, `p${i}`, {}, [way]));
      const said = () => three.flatMap(({ byWay }) => byWay).toSorted();
      for (const { state } of three) state.signals = [signal];
      await eventually(() => three.every(({ runner }) => runner.active()[0]?.ways[0]?.state === 'told'));
      expect(said()).toEqual(names.map((name) => `${name} firing`));
      for (const { state } of three) state.signals = [];
      await eventually(() => said().length === 4);
      expect(said()).toEqual(names.flatMap((name) => [`${name} firing`, `${name} resolved`]).toSorted());
    });
  }

  it('have no secret of theirs in Redis, nor in what is told of them', async ({ redis, prefix }) => {
    const { name, to } = hook('https://user:s3cret@one.example/s3cret?key=s3cret');
    const a = processOf(redis, prefix, 'a', {}, [to ? { name, to } : { name }]);
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.ways[0]?.state === 'told');
    await eventually(async () => (await redis.keys(`${prefix}:alert*`)).length === 2);
    expect(JSON.stringify([a.runner.active(), await redis.keys(`${prefix}:*`)])).not.toContain('s3cret');
  });
});

describe('a way that did not take an alert', () => {
  const away = (
    redis: Redis,
    prefix: string,
    instance: string,
    options: Parameters<typeof processOf>[3] = {},
  ) => {
    const one = processOf(redis, prefix, instance, options, ['webhook'], { lateForMs: 60_000 });
    one.state.fails = true;
    return one;
  };
  const missed = ({ runner }: ReturnType<typeof processOf>) =>
    runner.active().filter(({ ways }) => ways[0]?.state === 'missed').length;

  it('is told it by the process that comes next', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a');
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.ways[0]?.state === 'missed');
    await a.stop();
    const b = processOf(redis, prefix, 'b', {}, ['webhook']);
    b.state.signals = [signal];
    await eventually(() => b.byWay.length === 1);
    b.state.signals = [];
    await eventually(() => b.byWay.length === 2);
    expect([a.byWay, b.byWay]).toEqual([[], ['webhook firing', 'webhook resolved']]);
  });

  it('is told the beginning and the end late, where it was over meanwhile', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a');
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.ways[0]?.state === 'missed');
    a.state.signals = [];
    const looked = a.state.looked;
    // Longer than it waits for another that still sees it.
    await eventually(() => a.state.looked > looked + 60);
    a.state.fails = false;
    await eventually(() => a.byWay.length === 2);
    expect(a.byWay).toEqual(['webhook firing', 'webhook resolved']);
    expect(await redis.keys(`${prefix}:alert*`)).toEqual([]);
  });

  it('and took it late is told the end that comes at once', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a', { keepEveryMs: 60_000 });
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.ways[0]?.state === 'missed');
    a.state.fails = false;
    await eventually(() => a.byWay.length === 1);
    a.state.signals = [];
    await eventually(() => a.byWay.length === 2);
    expect(a.byWay).toEqual(['webhook firing', 'webhook resolved']);
    expect(await redis.keys(`${prefix}:alert*`)).toEqual([]);
  });

  it('and took it late, while it was asked whether it is over, is told that too', async ({
    redis,
    prefix,
  }) => {
    const a = away(redis, prefix, 'a', { keepEveryMs: 60_000, takeOverMs: 8_000 });
    a.state.signals = [signal];
    await eventually(() => a.runner.active()[0]?.ways[0]?.state === 'missed');
    a.state.signals = [];
    await eventually(() => a.runner.active().length === 0);
    a.state.fails = false;
    await eventually(() => a.byWay.length === 2);
    expect(a.byWay).toEqual(['webhook firing', 'webhook resolved']);
    expect(await redis.keys(`${prefix}:alert*`)).toEqual([]);
  });

  it('is told by whoever sees it still, and not late by the one that had it', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a');
    const other = { ...signal, key: 'link-lost/discord' };
    a.state.signals = [signal, other];
    await eventually(() => missed(a) === 2);
    const b = processOf(redis, prefix, 'b', {}, ['webhook']);
    b.state.signals = [signal];
    await eventually(() => b.runner.active()[0]?.telling === 'elsewhere');
    a.state.signals = [other];
    await eventually(() => b.byWay.length === 1);
    const { looked } = a.state;
    await eventually(() => a.state.looked > looked + 60);
    a.state.fails = false;
    await eventually(() => a.told.length > 0);
    expect(a.told.map(({ alerts }) => alerts.map(({ key }) => key))).toEqual([[other.key]]);
  });

  it('is not told late what is silenced, nor ever what was over by then', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a');
    const silences = createSilences(redis, { prefix });
    const [lasting, other] = ['link-lost/twitch', 'link-down/redis'].map((key) => ({ ...signal, key }));
    if (!lasting || !other) throw new Error('two more');
    a.state.signals = [signal, lasting, other];
    await eventually(() => missed(a) === 3);
    await silences.put({ pattern: 'link-lost/*', until: Date.now() + 600_000 }, Date.now());
    await eventually(() => a.runner.active().filter(({ silencedUntil }) => silencedUntil).length === 2);
    a.state.signals = [lasting, other];
    const { looked } = a.state;
    await eventually(() => a.state.looked > looked + 60);
    a.state.fails = false;
    const told = () => a.told.map(({ kind, alerts }) => [kind, ...alerts.map(({ key }) => key)]);
    await eventually(() => told().length === 1);
    expect(told()).toEqual([['firing', other.key]]);
    await silences.put({ pattern: 'link-lost/*', until: 0 }, Date.now());
    await eventually(() => told().length === 2);
    expect(told()[1]).toEqual(['firing', lasting.key]);
  });
});
