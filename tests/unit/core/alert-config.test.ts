// The section of alerts: what is refused at the start, since later nobody would be told.
import { expect, it } from 'vitest';
import { configSchema } from '../../../src/app/config.ts';
import { alertsConfigSchema } from '../../../src/core/alerts/config.ts';
import { mergeLayers } from '../../../src/core/config/load.ts';

it.each([
  ['https://one.example/hook', true],
  ['http://127.0.0.1:9/', true],
  ['HTTPS://one.example/hook', true],
  ['https://one.example:port/hook', false],
  ['ftp://one.example/', false],
  ['http://user:s3cret@one.example/hook', false],
  ['https://s3cret@one.example/hook', false],
])('takes as the URL of a webhook what is one: %s', (webhookUrl, isTaken) => {
  expect(alertsConfigSchema.safeParse({ webhookUrl }).success).toBe(isTaken);
});

it('says why a URL with user and password is refused, and does not show it', () => {
  const values = { alerts: { webhookUrl: 'http://user:s3cret@one.example/s3cret?token=s3cret' } };
  const load = () => mergeLayers(configSchema, [{ origin: 'test', values }]);
  expect(load).toThrow(/alerts\.webhookUrl: expected a URL without user and password, .*path or query/);
  expect(load).not.toThrow(/s3cret/);
});
