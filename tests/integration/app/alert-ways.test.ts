// Alerts of processes over one real Redis that have not the same ways out, or whose ways do not take them.
import { describe, expect } from 'vitest';
import { createSilences } from '../../../src/core/alerts/silences.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';
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

describe('a way that did not take an alert', () => {
  const away = (redis: Redis, prefix: string, instance: string) => {
    const one = processOf(redis, prefix, instance, {}, ['webhook'], { lateForMs: 60_000 });
    one.state.fails = true;
    return one;
  };

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
  });

  it('is told by whoever sees it still, and not late by the one that had it', async ({ redis, prefix }) => {
    const a = away(redis, prefix, 'a');
    const other = { ...signal, key: 'link-lost/discord' };
    a.state.signals = [signal, other];
    await eventually(() => a.runner.active().every(({ ways }) => ways[0]?.state === 'missed'));
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
    await eventually(() => a.runner.active().every(({ ways }) => ways[0]?.state === 'missed'));
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
