// Too much asked over HTTP: the status and the header that programs understand.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
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
  expect((await run('services', key)).body).toEqual(first.body);
});

describe('an Idempotency-Key that comes again', () => {
  const key = { 'idempotency-key': 'k-1' };
  const policy = createPolicy({
    roles: { operator: ['ask', 'service.restart:*'] },
    people: { owner: { role: 'operator', identities: ['cli:local'] } },
  });
  const told = {
    status: 422,
    body: {
      kind: 'refusal',
      code: 'id-reused',
      text: 'this Idempotency-Key was sent before, with another command or other arguments; nothing was done',
      where: 'header Idempotency-Key',
      mend: 'Send it again under a key of its own.',
    },
  };

  it('with another command is 422, and names the header and the mend', async ({ redis, prefix }) => {
    const { run } = await open(redis, prefix, { limits: {} });
    await run('services', key);
    expect(await run('agents', key)).toEqual(told);
  });

  it.for([
    ['with limits', { limits: {} }],
    ['without', {}],
  ] as const)(
    'with other arguments of the same action is 422, %s',
    async ([, options], { redis, prefix }) => {
      const { run, scene } = await open(redis, prefix, { ...options, policy });
      await run('restart slam', key);
      expect(await run('restart mesh', key)).toEqual(told);
      expect(scene.jobs.ids).toEqual([]);
    },
  );

  it('with what is right, after what was refused as not allowed or wrong, is taken', async ({
    redis,
    prefix,
  }) => {
    const { run, post } = await open(redis, prefix, { limits: {}, policy });
    const refused = [
      await run('queue pause services', key),
      await run('restrat slam', key),
      await run('restart', key),
      await post('/v1/commands/restart', { args: { servcie: 'slam' } }, key),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 404, 400, 400]);
    expect(await run('restart slam', key)).toMatchObject({ status: 200, body: { kind: 'confirm' } });
  });

  it('with what was declined is 409, and says that a new order needs a new key', async ({
    redis,
    prefix,
  }) => {
    const { run, post, scene } = await open(redis, prefix, { limits: {}, policy });
    const { body } = await run('restart slam', key);
    await post(`/v1/confirmations/${body.confirmationId}`, { verdict: 'no' });
    expect(await run('restart slam', key)).toMatchObject({
      status: 409,
      body: { text: expect.stringMatching(/ needs a new key \(`--key`, Idempotency-Key\), or none\.$/) },
    });
    expect([await run('restart slam'), scene.jobs.ids]).toMatchObject([{ body: { kind: 'confirm' } }, []]);
  });

  it('with another word on what waits is 422, and counts for nothing', async ({ redis, prefix }) => {
    const { run, post, scene } = await open(redis, prefix, { limits: {}, policy });
    const [one, other] = [await run('restart slam'), await run('restart mesh')];
    const say = (asked: typeof one, verdict: 'yes' | 'no') =>
      post(`/v1/confirmations/${asked.body.confirmationId}`, { verdict }, key);
    const first = await say(one, 'no');
    expect([first.status, first.body.kind, await say(one, 'no')]).toEqual([200, 'dropped', first]);
    expect([await say(one, 'yes'), await say(other, 'no'), await say(other, 'yes')]).toEqual([
      told,
      told,
      told,
    ]);
    expect(scene.jobs.ids).toEqual([]);
    expect(await scene.approvals.waiting()).toMatchObject([{ id: other.body.confirmationId }]);
  });

  it('with the same word is one order', async ({ redis, prefix }) => {
    const { run, post, scene } = await open(redis, prefix, { limits: {}, policy });
    const { body } = await run('restart slam');
    const yes = () => post(`/v1/confirmations/${body.confirmationId}`, { verdict: 'yes' }, key);
    const first = await yes();
    expect([first.body.kind, await yes(), scene.jobs.ids.length]).toEqual(['accepted', first, 1]);
  });
});
