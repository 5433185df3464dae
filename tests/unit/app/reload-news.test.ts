// What is written down and told of a changed configuration, and what is not: secrets, and the same thing twice.
import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/access/index.ts';
import { createReloadNews } from '../../../src/app/reload-news.ts';
import { reportSchema } from '../../../src/contracts/chat.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { inQueue } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

function open({ recordIsAway = false, sinkIsAway = false } = {}) {
  const lines: (AuditEntry & { step: string | undefined })[] = [];
  const orders: { readonly id: string; readonly text: string; readonly to: unknown }[] = [];
  const logged: unknown[] = [];
  const clock = new ManualClock();
  const log = (fields: unknown) => void logged.push(fields);
  const away = new SwarmError(coreErrors.redisUnavailable, 'gone');
  const newsOf = (instance: string) =>
    createReloadNews(
      {
        audit: {
          append: async (entry, step) => {
            if (recordIsAway) throw away;
            lines.push({ ...entry, step });
            return { ...entry, seq: lines.length, at: 0, hash: '' };
          },
        },
        jobs: {
          add: async (order) => {
            if (sinkIsAway) throw away;
            const { text, to } = reportSchema.parse(order.body);
            orders.push({ id: order.id, text, to });
            return inQueue;
          },
        },
        clock,
        logger: { ...silentLogger, info: log, error: log, warn: log },
        makeId: () => `reload-of-${instance}`,
      },
      { to: [{ surface: 'discord', place: '5' }], instance },
    );
  return { newsOf, news: newsOf('one'), lines, orders, logged, clock };
}

const level = { key: 'log.level', from: '"info"', to: '"debug"' };
const live = { ...level, result: 'live' };

it('is a line of the record for each key, by the reload itself', async () => {
  const { news, lines, orders } = open();
  await news.begins([level, { key: 'api.port', from: '1', to: '2' }]);
  expect(lines).toMatchObject([
    {
      event: 'changed',
      command: 'config.reload',
      person: 'system:reload',
      principal: 'system:reload',
      args: { setting: 'log.level', from: '"info"', to: '"debug"' },
      step: 'log.level',
    },
    { args: { setting: 'api.port', from: '1', to: '2' }, step: 'api.port' },
  ]);
  expect(orders).toEqual([]);
});

it('is one notice in the chat of the alerts, and a line of the log per key', async () => {
  const { news, orders, logged } = open();
  await news.came([live, { key: 'api.port', from: '1', to: '2', result: 'needs process restart' }]);
  expect(orders).toMatchObject([
    {
      to: { surface: 'discord', place: '5' },
      text: 'The configuration changed: 2 keys.\nlog.level: live ("info" → "debug")\napi.port: needs process restart (1 → 2)',
    },
  ]);
  expect(logged).toEqual([
    { key: 'log.level', from: '"info"', to: '"debug"', result: 'live' },
    { key: 'api.port', from: '1', to: '2', result: 'needs process restart' },
  ]);
});

it('is the same notice from every process that reads the same files, and another one later', async () => {
  const { newsOf, orders, clock } = open();
  await newsOf('one').came([live]);
  await newsOf('two').came([live]);
  clock.advance(60_000);
  await newsOf('one').came([live]);
  const ids = orders.map(({ id }) => id);
  expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
});

it('shows no secret that a text of the chain holds, and no more than chat has room for', async () => {
  const { news, orders, logged } = open();
  const token = `ghp_${'a1'.repeat(12)}`;
  const many = Array.from({ length: 30 }, (_, i) => ({ ...live, key: `chain.k${i}`, to: `use ${token}` }));
  await news.came(many);
  expect(JSON.stringify([orders, logged])).not.toContain(token);
  expect(orders[0]?.text.split('\n')).toHaveLength(22);
});

it('holds nothing back where the record or the queue is away, and says so in the log', async () => {
  const { news, logged } = open({ recordIsAway: true, sinkIsAway: true });
  await news.begins([level]);
  await news.came([live]);
  expect(logged).toMatchObject([{ keys: ['log.level'] }, { key: 'log.level' }, { why: 'gone' }]);
});

it('tells nobody of nothing', async () => {
  const { news, orders, lines } = open();
  await news.begins([]);
  await news.came([]);
  expect([orders, lines]).toEqual([[], []]);
});
