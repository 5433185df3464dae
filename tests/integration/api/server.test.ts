// The HTTP face on a real port, over the real intake and real Redis.

import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { ApiServer, createApiKeys } from '../../../src/api/index.ts';
import type { ProcessReset } from '../../../src/contracts/components.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { it } from '../../support/fixtures.ts';
import { createRecorder } from '../../support/recorder.ts';
import { delivery } from '../../unit/commands/ports.ts';
import { nobody, nobodyHasIt, open, ready, report } from './rig.ts';

describe('the token', () => {
  it.for([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer nonsense' }],
    ['the right one without its scheme', { authorization: 'TOKEN' }],
  ] as const)('is asked for: with %s the answer is 401', async ([_what, headers], { redis, prefix }) => {
    const { port, token, scene } = await open(redis, prefix);
    const sent =
      'authorization' in headers ? { authorization: headers.authorization.replace('TOKEN', token) } : {};
    const response = await fetch(`http://127.0.0.1:${port}/v1/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sent },
      body: JSON.stringify({ line: 'restart slam' }),
    });
    expect([response.status, await response.json()]).toEqual([
      401,
      {
        error: 'UNAUTHORISED',
        message: expect.stringContaining('api-token'),
        where: 'header Authorization',
        mend: expect.stringContaining('api-key add'),
      },
    ]);
    expect([scene.jobs.ids, await redis.keys(`${prefix}:*`)]).toEqual([[], []]);
  });

  it('lies in a file that only its owner can read', async ({ redis, prefix }) => {
    const { tokenFile, token } = await open(redis, prefix);
    expect([(await stat(tokenFile)).mode & 0o777, token.length]).toEqual([0o600, 43]);
  });

  it('is the same after a restart', async ({ redis, prefix }) => {
    const { server, tokenFile, token } = await open(redis, prefix);
    await server.stop();
    await server.start();
    expect((await readFile(tokenFile, 'utf8')).trim()).toBe(token);
  });

  it('is closed to others again when somebody opened its file', async ({ redis, prefix }) => {
    const { server, tokenFile } = await open(redis, prefix);
    await server.stop();
    await writeFile(tokenFile, 'mine\n');
    await chmod(tokenFile, 0o644);
    await server.start();
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
  });
});

describe('a command', () => {
  it('is answered as data', async ({ redis, prefix }) => {
    const { run } = await open(redis, prefix);
    expect(await run('services')).toMatchObject({
      status: 200,
      body: { kind: 'answer', answer: { data: { services: [] } } },
    });
  });

  it.for([
    ['', 400, 'empty'],
    ['reboot', 404, 'unknown-command'],
    ['restart', 400, 'bad-argument'],
    ['restart mesh', 403, 'denied'],
  ] as const)(
    'that is refused has a status of its kind: %j',
    async ([line, status, code], { redis, prefix }) => {
      const { run } = await open(redis, prefix);
      expect(await run(line)).toMatchObject({ status, body: { kind: 'refusal', code } });
    },
  );

  it('that the queue cannot take is 503', async ({ redis, prefix }) => {
    const { run, post, scene } = await open(redis, prefix);
    const { body } = await run('restart slam');
    scene.jobs.down = true;
    expect(await post(`/v1/confirmations/${body.confirmationId}`, { verdict: 'yes' })).toMatchObject({
      status: 503,
      body: { kind: 'refusal', code: 'unavailable' },
    });
  });

  it('that is confirmed becomes one job', async ({ redis, prefix }) => {
    const { run, post, scene } = await open(redis, prefix);
    const { body } = await run('restart slam');
    const yes = await post(`/v1/confirmations/${body.confirmationId}`, { verdict: 'yes' });
    expect([yes.status, yes.body.kind, scene.jobs.ids.length]).toEqual([200, 'accepted', 1]);
  });

  it('is the same use under the same Idempotency-Key', async ({ redis, prefix }) => {
    const { run } = await open(redis, prefix);
    const key = { 'idempotency-key': 'k-1' };
    const [first, second] = [await run('restart slam', key), await run('restart slam', key)];
    expect([first.body.kind, second.body]).toEqual(['confirm', first.body]);
  });

  it('is another use without the key', async ({ redis, prefix }) => {
    const { run } = await open(redis, prefix);
    const [first, second] = [await run('restart slam'), await run('restart slam')];
    expect(first.body.confirmationId).not.toBe(second.body.confirmationId);
  });

  it('cannot be confirmed under an id that nobody gave', async ({ redis, prefix }) => {
    const { post } = await open(redis, prefix);
    expect(await post('/v1/confirmations/abc123', { verdict: 'yes' })).toMatchObject({
      status: 404,
      body: { code: 'no-confirmation' },
    });
  });
});

describe('what is not a request', () => {
  it.for([
    ['malformed JSON', 400, 'REQUEST_INVALID', '/v1/run', '{"line": '],
    ['another body', 400, 'REQUEST_INVALID', '/v1/run', '{"command": "status"}'],
    [
      'a line that is too long',
      400,
      'REQUEST_INVALID',
      '/v1/run',
      JSON.stringify({ line: 'x'.repeat(4_001) }),
    ],
    [
      'a body that is too large',
      413,
      'REQUEST_INVALID',
      '/v1/run',
      JSON.stringify({ line: 'x'.repeat(70_000) }),
    ],
    ['an id that is none', 400, 'REQUEST_INVALID', '/v1/confirmations/a%20b', '{"verdict": "yes"}'],
    ['a path that leads nowhere', 404, 'ROUTE_UNKNOWN', '/v2/run', '{}'],
    ['an unknown delivery', 404, 'DELIVERY_UNKNOWN', '/v1/deliveries/g-9/ack', '{}'],
  ] as const)(
    'is answered in one shape: %s',
    async ([_what, status, code, path, body], { redis, prefix }) => {
      const { post } = await open(redis, prefix);
      expect(await post(path, body)).toMatchObject({
        status,
        body: { error: code, message: expect.any(String), mend: expect.stringMatching(/\.$/) },
      });
    },
  );
});

describe('a result', () => {
  it('is absent before anything was reported', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix);
    expect(await call('GET', '/v1/results/c-1')).toEqual({ status: 204, body: null });
  });

  it('is the newest report', async ({ redis, prefix }) => {
    const { call, results } = await open(redis, prefix);
    await results.report(report(0));
    await results.report(report(2, true));
    expect(await call('GET', '/v1/results/c-1')).toEqual({ status: 200, body: report(2, true) });
  });

  it('does not go back to an older report that comes late', async ({ redis, prefix }) => {
    const { call, results } = await open(redis, prefix);
    await results.report(report(2));
    await results.report(report(1));
    expect((await call('GET', '/v1/results/c-1')).body).toEqual(report(2));
  });

  it('is waited for, and comes when it is there', async ({ redis, prefix }) => {
    const { call, results } = await open(redis, prefix);
    await results.report(report(0));
    const waiting = call('GET', '/v1/results/c-1?after=0&waitMs=20000');
    await results.report(report(1));
    expect((await waiting).body).toEqual(report(1));
  });

  it('is waited for no longer than asked', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix);
    expect((await call('GET', '/v1/results/c-1?waitMs=150')).status).toBe(204);
  });
});

describe('an acknowledgement', () => {
  it.for([
    ['{}', 'accepted'],
    ['{"state": "working"}', 'working'],
  ] as const)('is recorded: %s', async ([body, state], { redis, prefix }) => {
    const { post } = await open(redis, prefix);
    expect(await post('/v1/deliveries/g-1/ack', body)).toMatchObject({ status: 200, body: { state } });
  });

  it('can say nothing that is not the receiver’s to say', async ({ redis, prefix }) => {
    const { post } = await open(redis, prefix);
    expect((await post('/v1/deliveries/g-1/ack', { state: 'failed' })).status).toBe(400);
  });
});

describe('the reset of a component', () => {
  const path = '/v1/components/api/reset';

  it('tells what became of it, process by process', async ({ redis, prefix }) => {
    const processes: ProcessReset[] = [
      { pid: 7, roles: ['api'], outcome: 'reset', state: 'ready', error: null },
      { pid: 8, roles: ['bots'], outcome: 'not-braked', state: 'ready', error: null },
    ];
    const { call } = await open(redis, prefix, {
      reset: async (component) => ({ ...(await nobodyHasIt(component)), processes }),
    });
    expect(await call('POST', path)).toMatchObject({ status: 200, body: { component: 'api', processes } });
  });

  it('is 404 where nobody has it, and names what there is and who did not answer', async ({
    redis,
    prefix,
  }) => {
    const { call } = await open(redis, prefix, {
      reset: async (component) => ({
        ...(await nobodyHasIt(component)),
        silent: [{ pid: 9, roles: ['workers'] }],
      }),
    });
    expect(await call('POST', '/v1/components/apo/reset')).toMatchObject({
      status: 404,
      body: {
        error: 'COMPONENT_UNKNOWN',
        message: 'no component is called apo; there are api, redis; process 9 (workers) did not answer',
        where: 'path.name',
      },
    });
  });

  it('is refused without the token', async ({ redis, prefix }) => {
    const { port } = await open(redis, prefix);
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })).status).toBe(401);
  });
});

describe('a fault that nobody foresaw', () => {
  it('is 500 with an incident that the log has too', async ({ redis, prefix }) => {
    const { logger, lines } = createRecorder();
    const reset = () => Promise.reject(new TypeError('a mistake of ours'));
    const { call } = await open(redis, prefix, { reset, logger });
    const { status, body } = await call('POST', '/v1/components/api/reset');
    expect([status, body.error]).toEqual([500, 'UNEXPECTED']);
    const [, incident] = /^An unexpected fault; the log has it. Incident (\w{20}).$/.exec(body.message) ?? [];
    expect(lines).toContainEqual({ code: 'UNEXPECTED', error: 'a mistake of ours', incident });
  });

  it('is called by its name where the system gave it one', async ({ redis, prefix }) => {
    const reset = async () => void (await readFile('/no/such/file'));
    const { call } = await open(redis, prefix, { reset: () => reset().then(() => nobodyHasIt('api')) });
    expect(await call('POST', '/v1/components/api/reset')).toMatchObject({
      status: 404,
      body: { error: 'FILE_MISSING', message: 'A file is not there.' },
    });
  });
});

it('says which port is taken, and what to do', async ({ redis, prefix }) => {
  const { port, tokenFile, scene, results } = await open(redis, prefix);
  const second = new ApiServer(
    {
      intake: scene.intake,
      policy: createPolicy({ roles: {}, people: {} }),
      keys: createApiKeys('/no/such/home'),
      results,
      ledger: { state: async () => null, find: async () => null, record: async () => delivery('g') },
      components: { reset: nobodyHasIt },
      swarm: nobody,
      logger: silentLogger,
      faults: new Faults(),
      readiness: () => ready,
      now: () => 0,
      audit: null,
      record: scene.record,
    },
    { port, tokenFile },
  );
  await expect(second.start()).rejects.toThrow(`cannot listen on 127.0.0.1:${port}; set SWARMLINE_API_PORT`);
});
