// Too much asked over HTTP: the status and the header that programs understand.
import { expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { open } from './rig.ts';

it('is 429 with the seconds to wait, and the sentence that everybody reads', async ({ redis, prefix }) => {
  const { run, port, token } = await open(redis, prefix, {
    limits: { programBurst: 1, programPerMinute: 1 },
  });
  await run('services');
  const response = await fetch(`http://127.0.0.1:${port}/v1/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"line": "services"}',
  });
  const seconds = Number(response.headers.get('retry-after'));
  expect([response.status, seconds > 50 && seconds <= 60]).toEqual([429, true]);
  expect(await response.json()).toMatchObject({
    kind: 'refusal',
    code: 'limited',
    text: expect.stringContaining('Too many commands'),
  });
});

it('under one Idempotency-Key is answered as the first time, though too much was asked since', async ({
  redis,
  prefix,
}) => {
  const { run } = await open(redis, prefix, { limits: { programBurst: 3, programPerMinute: 1 } });
  const key = { 'idempotency-key': 'k-1' };
  const first = await run('services', key);
  expect([(await run('services', key)).body, (await run('agents', key)).body]).toMatchObject([
    first.body,
    { code: 'bad-argument', text: 'This invocation id belongs to another command.' },
  ]);
});
