// What differs between two readings, key by key, and that no secret is shown.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { changesOf, documentChanges } from '../../../src/core/config/changes.ts';
import { secretSchema } from '../../../src/core/config/secret-schema.ts';

const schema = z.object({
  log: z.object({ level: z.string() }),
  redis: z.object({ url: z.string().optional() }),
  token: secretSchema.optional(),
});

it('tells each key with what it was and what it is', () => {
  const before = schema.parse({ log: { level: 'info' }, redis: {} });
  const after = schema.parse({ log: { level: 'debug' }, redis: { url: 'redis://me:hush@host' } });
  expect(changesOf(schema, before, after)).toEqual([
    { key: 'log.level', from: '"info"', to: '"debug"' },
    { key: 'redis.url', from: '(unset)', to: '"redis://me:***@host"' },
  ]);
});

it('tells that a secret changed, and never what it is', () => {
  const of = (token: string) => schema.parse({ log: { level: 'info' }, redis: {}, token });
  expect(changesOf(schema, of('one'), of('one'))).toEqual([]);
  expect(changesOf(schema, of('one'), of('two'))).toEqual([
    { key: 'token', from: '[secret]', to: '[secret]' },
  ]);
});

it('goes down into a document, and tells things of a list by their names', () => {
  const before = {
    chain: ['A', 'B'],
    schedules: [
      { name: 'morning', cron: '0 9 * * *', to: 'A' },
      { name: 'night', cron: '0 1 * * *', to: 'A' },
    ],
  };
  const after = {
    chain: ['B', 'A'],
    schedules: [{ name: 'morning', cron: '0 8 * * *', to: 'A' }],
    end: 'stop',
  };
  expect(documentChanges('chain', before, after)).toEqual([
    { key: 'chain.chain', from: '["A","B"]', to: '["B","A"]' },
    { key: 'chain.schedules.morning.cron', from: '"0 9 * * *"', to: '"0 8 * * *"' },
    {
      key: 'chain.schedules.night',
      from: '{"name":"night","cron":"0 1 * * *","to":"A"}',
      to: '(unset)',
    },
    { key: 'chain.end', from: '(unset)', to: '"stop"' },
  ]);
});

it('tells a list whose things have no names, or the same, as a whole', () => {
  expect(documentChanges('d', [{ name: 'a' }, { name: 'a' }], [{ name: 'a' }])).toHaveLength(1);
  expect(documentChanges('d', [], [{ name: 'a' }])).toEqual([
    { key: 'd.a', from: '(unset)', to: '{"name":"a"}' },
  ]);
  expect(documentChanges('d', { of: [1] }, { of: [1, 2] })).toEqual([
    { key: 'd.of', from: '[1]', to: '[1,2]' },
  ]);
});
