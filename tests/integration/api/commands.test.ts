// One route for each command, beside the whole line.
import { describe, expect } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { it } from '../../support/fixtures.ts';
import { open } from './rig.ts';

describe('the route of a command', () => {
  it('answers as the line does', async ({ redis, prefix }) => {
    const { post, run } = await open(redis, prefix);
    const routed = await post('/v1/commands/services', {});
    expect([routed.status, routed.body]).toEqual([200, (await run('services')).body]);
  });

  it('takes its arguments by name, and asks as the line does', async ({ redis, prefix }) => {
    const { post, scene } = await open(redis, prefix);
    const asked = await post('/v1/commands/restart', { args: { service: 'slam' } });
    expect(asked).toMatchObject({ status: 200, body: { kind: 'confirm', prompt: 'Restart slam?' } });
    await post(`/v1/confirmations/${asked.body.confirmationId}`, { verdict: 'yes' });
    expect(scene.jobs.orders).toEqual([
      expect.objectContaining({
        name: 'service.restart',
        body: expect.objectContaining({ service: 'slam' }),
      }),
    ]);
  });

  it('takes a no with its reason, which is in the record', async ({ redis, prefix }) => {
    const { post, scene } = await open(redis, prefix);
    const asked = await post('/v1/commands/restart', { args: { service: 'slam' } });
    const word = { verdict: 'no', reason: 'a flight is on' };
    expect((await post(`/v1/confirmations/${asked.body.confirmationId}`, word)).body.kind).toBe('dropped');
    const { lines } = await scene.record.query({ event: 'decided' }, { limit: 1 });
    expect(lines).toMatchObject([{ verdict: 'declined', detail: 'a flight is on' }]);
  });

  it('takes no body for no arguments', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix);
    expect((await call('POST', '/v1/commands/services')).status).toBe(200);
  });

  it('is the same use under the same Idempotency-Key', async ({ redis, prefix }) => {
    const { post } = await open(redis, prefix);
    const ask = () =>
      post('/v1/commands/restart', { args: { service: 'slam' } }, { 'idempotency-key': 'k-1' });
    expect((await ask()).body).toEqual((await ask()).body);
  });

  it.for([
    ['restart', {}, 400, 'bad-argument'],
    ['restart', { service: 'SLAM!' }, 400, 'bad-argument'],
    ['restart', { service: 'mesh' }, 403, 'denied'],
    ['reboot', {}, 404, 'unknown-command'],
  ] as const)(
    'refuses with the code of the line: %s %j',
    async ([name, args, status, code], { redis, prefix }) => {
      const { post } = await open(redis, prefix);
      expect(await post(`/v1/commands/${name}`, { args })).toMatchObject({ status, body: { code } });
    },
  );

  it.for([
    [{ args: { servise: 'slam' } }, 'body.args.servise', 'it takes service, instance'],
    [{ args: { service: 3 } }, 'body.args.service', 'string'],
    [{ args: ['slam'] }, 'body.args', 'record'],
    [{ service: 'slam' }, 'body', 'service'],
    [{ dryRun: 'yes' }, 'body.dryRun', 'boolean'],
    [[], 'body', 'object'],
    ['"slam"', 'body', 'object'],
  ] as const)(
    'names the place that does not fit, and does nothing: %j',
    async ([body, where, says], { redis, prefix }) => {
      const { post, scene } = await open(redis, prefix);
      const answer = await post('/v1/commands/restart', body);
      expect(answer).toMatchObject({ status: 400, body: { error: 'REQUEST_INVALID', where } });
      expect(answer.body.message).toContain(says);
      expect(scene.jobs.ids).toEqual([]);
    },
  );

  it('takes a line as long as a message may be, and none without end', async ({ redis, prefix }) => {
    const { post, handled } = await open(redis, prefix);
    const line = `message Agent-2 ${'x'.repeat(1_500)}`;
    await post('/v1/run', { line });
    expect(handled.map(({ input }) => input)).toEqual([{ kind: 'line', line }]);
    expect(await post('/v1/run', { line: 'x'.repeat(4_001) })).toMatchObject({ status: 400 });
  });

  it('hands a dry run to the intake as one', async ({ redis, prefix }) => {
    const { post, run, handled } = await open(redis, prefix);
    await post('/v1/commands/restart', { args: { service: 'slam' }, dryRun: true });
    await post('/v1/run', { line: 'restart slam', dryRun: true });
    await run('restart slam');
    expect(handled.map(({ dryRun }) => dryRun)).toEqual([true, true, undefined]);
  });
});

it('lists every command with its path and its arguments', async ({ redis, prefix }) => {
  const { call } = await open(redis, prefix);
  const { body } = await call('GET', '/v1/commands');
  expect(body.commands.map(({ name }: { name: string }) => name)).toEqual(catalogue.map(({ name }) => name));
  expect(body.commands).toContainEqual({
    name: 'restart',
    path: '/v1/commands/restart',
    aliases: [],
    description: 'Restart a service and prove it by its new incarnation',
    kind: 'action',
    example: 'restart slam',
    args: [
      { name: 'service', description: 'The service to restart', required: true },
      { name: 'instance', description: 'Which of several, as `services` shows them', required: false },
    ],
  });
});
