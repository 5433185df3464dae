// The section of alerts: what is refused at the start, since later nobody would be told.
import { expect, it } from 'vitest';
import { alertsConfigSchema } from '../../../src/core/alerts/config.ts';

it.each([
  ['https://one.example/hook', true],
  ['http://127.0.0.1:9/', true],
  ['https://one.example:port/hook', false],
  ['ftp://one.example/', false],
])('takes as the URL of a webhook what is one: %s', (webhookUrl, isTaken) => {
  expect(alertsConfigSchema.safeParse({ webhookUrl }).success).toBe(isTaken);
});
