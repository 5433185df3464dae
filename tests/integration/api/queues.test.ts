// The page of the queues: who sees it, who may do something there, and that it is recorded first.
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { open } from './rig.ts';

type Face = Awaited<ReturnType<typeof open>>;

/** A job of the queue `services`, waiting with a delay so that `promote` has something to do. */
async function delayedJob(redis: Redis, prefix: string) {
  const queue = new Queue('services', {
    connection: redis,
    prefix: `${prefix}:bull`,
    skipWaitingForReady: true,
  });
  onTestFinished(() => queue.close());
  const job = await queue.add(
    'service.restart',
    { body: { service: 'slam' } },
    { jobId: 'j-1', delay: 600_000 },
  );
  return { queue, state: () => job.getState() };
}

const at = ({ port }: Face, path: string) => `http://127.0.0.1:${port}${path}`;
const send = (face: Face, method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(at(face, path), { method, headers, redirect: 'manual' });
const keyOf = async (face: Face, name: string) => ({
  authorization: `Bearer ${await face.keys.add(name, Date.now())}`,
});
const operator = ({ token }: Face) => ({ authorization: `Bearer ${token}` });

async function login(face: Face, key: string, headers: Record<string, string> = {}) {
  return await fetch(at(face, '/queues/login'), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: at(face, ''), ...headers },
    body: new URLSearchParams({ key }),
  });
}
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const promote = '/queues/api/queues/services/j-1/promote';

describe('the page of the queues', () => {
  it.for([
    '/queues',
    '/queues/',
    '/queues/queue/services',
    '/queues/api/queues',
    '/queues/static/favicon-32x32.png',
  ])('is nobody’s without a token or key: %s', async (path, { redis, prefix }) => {
    const face = await open(redis, prefix);
    expect((await send(face, 'GET', path)).status).toBe(401);
    const browser = await send(face, 'GET', path, { accept: 'text/html' });
    expect([browser.status, browser.headers.get('location')]).toEqual([303, '/queues/login']);
  });

  it('shows the queues and their jobs to whoever may see dead letters', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    await delayedJob(redis, prefix);
    const headers = await keyOf(face, 'watch');
    const page = await send(face, 'GET', '/queues', headers);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Swarmline queues')]);
    const { queues } = JSON.parse(
      await (await send(face, 'GET', '/queues/api/queues?activeQueue=services', headers)).text(),
    );
    expect(queues).toContainEqual(
      expect.objectContaining({
        name: 'services',
        readOnlyMode: true,
        jobs: [expect.objectContaining({ id: 'j-1', name: 'service.restart' })],
      }),
    );
  });

  it('is closed to whoever may ask and not see what jobs carry', async ({ redis, prefix }) => {
    const asks = createPolicy({ roles: { viewer: ['ask'] }, everyone: 'viewer', people: {} });
    const face = await open(redis, prefix, { policy: asks });
    expect((await send(face, 'GET', '/queues/api/queues', operator(face))).status).toBe(403);
  });

  it('is closed to whoever may not ask', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await send(face, 'GET', '/queues', await keyOf(face, 'nobody'));
    expect([answer.status, JSON.parse(await answer.text()).code]).toEqual([403, 'denied']);
  });

  it('lets its page take nothing from elsewhere', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const page = await send(face, 'GET', '/queues', operator(face));
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  });

  it('is not there while Redis does not answer, and is when it does', async ({ redis, prefix }) => {
    const face = await open(redis, prefix, { failsToOpen: 1 });
    const statuses = [
      (await send(face, 'GET', '/queues', operator(face))).status,
      (await send(face, 'GET', '/queues', operator(face))).status,
    ];
    expect(statuses).toEqual([503, 200]);
  });
});

describe('what is done there', () => {
  it('is recorded with who did it, and done', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { state } = await delayedJob(redis, prefix);
    const answer = await send(face, 'PUT', promote, await keyOf(face, 'ci'));
    expect([answer.status, await state()]).toEqual([204, 'waiting']);
    expect(face.lines).toEqual([
      expect.objectContaining({
        event: 'changed',
        person: 'ci',
        principal: 'http:ci',
        command: 'queues',
        args: { action: 'promote', queue: 'services', job: 'j-1' },
        verdict: 'allowed',
      }),
    ]);
  });

  it('is refused to whoever may only look, which is recorded too', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { state } = await delayedJob(redis, prefix);
    const answer = await send(face, 'PUT', promote, await keyOf(face, 'watch'));
    expect([answer.status, await state()]).toEqual([403, 'delayed']);
    expect(face.lines).toEqual([
      expect.objectContaining({ event: 'refused', principal: 'http:watch', verdict: 'denied' }),
    ]);
  });

  it('is not done when it cannot be recorded', async ({ redis, prefix }) => {
    const append = () => Promise.reject(new SwarmError(domainErrors.queueUnavailable, 'no record'));
    const face = await open(redis, prefix, { audit: { append } });
    const { state } = await delayedJob(redis, prefix);
    const answer = await send(face, 'PUT', promote, operator(face));
    expect([answer.status, await state()]).toEqual([503, 'delayed']);
  });

  it('is not done where there is no record at all, and the page shows no buttons', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix, { audit: null });
    const { state } = await delayedJob(redis, prefix);
    const answer = await send(face, 'PUT', promote, operator(face));
    const { queues } = JSON.parse(
      await (await send(face, 'GET', '/queues/api/queues', operator(face))).text(),
    );
    expect([answer.status, await state(), queues[0].readOnlyMode]).toEqual([403, 'delayed', true]);
  });

  it('follows the policy as it is now', async ({ redis, prefix }) => {
    const nothing = createPolicy({ roles: {}, people: {} });
    const face = await open(redis, prefix, { policy: nothing });
    const answers = [
      await send(face, 'GET', '/queues', operator(face)),
      await send(face, 'PUT', promote, operator(face)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  });

  it.for([
    ['PUT', '/queues/api/queues/services/obliterate'],
    ['PUT', '/queues/api/queues/services/empty'],
    ['PUT', '/queues/api/queues/services/j-1/clean'],
    ['POST', '/queues/api/queues/services/add'],
    ['PATCH', '/queues/api/queues/services/j-1/update-data'],
    ['PUT', '/queues/api/queues/services/%6fbliterate'],
    ['PUT', '/queues/api/queues/services/pause%2f..%2fempty'],
    ['PUT', '/queues/api/queues/pause'],
    ['DELETE', '/queues'],
  ] as const)('never takes a job away or makes one up: %s %s', async ([method, path], { redis, prefix }) => {
    const face = await open(redis, prefix);
    const { state } = await delayedJob(redis, prefix);
    expect([(await send(face, method, path, operator(face))).status, await state()]).toEqual([
      403,
      'delayed',
    ]);
  });

  it('holds a queue as the command does: an order with a name, and a record', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    for (const action of ['pause', 'resume']) {
      const answer = await send(face, 'PUT', `/queues/api/queues/services/${action}`, operator(face));
      expect([answer.status, JSON.parse(await answer.text()).kind]).toEqual([200, 'accepted']);
    }
    const held = { name: 'queue.hold', principal: 'cli:local' };
    expect(face.scene.jobs.orders).toMatchObject(
      ['pause', 'resume'].map((order) => ({ ...held, body: { queue: 'services', order } })),
    );
    expect(await face.scene.recorded()).toContain('queue pause: executing, allowed');
  });

  it.for([
    ['is denied in chat', { deny: ['queue.hold:services', 'queue.redrive'] }, {}],
    ['takes two persons in chat', {}, { 'queue.hold:services': 'two-persons', 'queue.redrive': 'type-name' }],
  ] as const)('is not done where it %s', async ([_why, denies, dangers], { redis, prefix }) => {
    const strict = createPolicy({
      roles: { operator: { allow: ['ask', 'queue.*'], ...denies } },
      dangers,
      people: { owner: { role: 'operator', identities: ['cli:local'] } },
    });
    const face = await open(redis, prefix, { policy: strict });
    const { queue } = await delayedJob(redis, prefix);
    for (const path of ['pause', 'resume', 'j-1/retry']) {
      const answer = await send(face, 'PUT', `/queues/api/queues/services/${path}`, operator(face));
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(face.lines.map(({ event }) => event)).toEqual(['refused', 'refused', 'refused']);
    expect([face.scene.jobs.orders, await queue.isPaused()]).toEqual([[], false]);
  });

  it('names the command of chat where more than a click is wanted', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await send(face, 'PUT', '/queues/api/queues/services/retry/failed', operator(face));
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('type `queue redrive-all services`'),
    ]);
  });

  it.for([
    '/queues/api/queues/nosuch/promote',
    '/queues/api/queues/nosuch/pause',
    '/queues/api/queues/services/nosuch/promote',
  ])(
    'is not there where there is no such queue or job, and nothing is recorded: %s',
    async (path, { redis, prefix }) => {
      const face = await open(redis, prefix);
      expect([(await send(face, 'PUT', path, operator(face))).status, face.lines]).toEqual([404, []]);
    },
  );
});

describe('a browser', () => {
  it('logs in with a token or a key, and its cookie is of no use to others', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await login(face, face.token);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/queues']);
    expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/queues; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get('set-cookie')).not.toContain(face.token);
    const cookie = cookieOf(answer);
    expect((await send(face, 'GET', '/queues', { cookie })).status).toBe(200);
    expect((await send(face, 'GET', '/v1/commands', { cookie })).status).toBe(401);
  });

  it('is told when what it sent opens nothing, and gets no cookie', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await login(face, 'nonsense<b>');
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await answer.text()).toContain('<p role="alert">That opens nothing.</p>');
  });

  it('may change something from the page itself alone', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { state } = await delayedJob(redis, prefix);
    const cookie = cookieOf(await login(face, face.token));
    const foreign = ['http://evil.example', 'http://127.0.0.1:1', 'null'];
    for (const headers of [{ cookie }, ...foreign.map((origin) => ({ cookie, origin }))]) {
      expect((await send(face, 'PUT', promote, headers)).status).toBe(403);
    }
    expect([await state(), face.lines]).toEqual(['delayed', []]);
    expect((await send(face, 'PUT', promote, { cookie, origin: at(face, '') })).status).toBe(204);
    expect(await state()).toBe('waiting');
  });

  it('is not logged in by another page', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await login(face, face.token, { origin: 'http://evil.example' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it.for([
    ['of another holder', (value: string) => value.replace('http:watch', 'http:ci')],
    ['of the operator', (value: string) => value.replace('http:watch', 'cli:local')],
    [
      'that lasts longer',
      (value: string) => value.replace(/~(\d+)~/, (_all, until) => `~${Number(until) + 1}~`),
    ],
    ['that is over', (value: string) => value.replace(/~\d+~/, '~1~')],
    ['without its proof', (value: string) => value.replace(/~[^~]*$/, '~')],
    ['of nonsense', () => 'swarmline_session=x'],
  ] as const)('cannot make a cookie %s', async ([_what, change], { redis, prefix }) => {
    const face = await open(redis, prefix);
    await face.keys.add('ci', Date.now());
    const cookie = cookieOf(await login(face, await face.keys.add('watch', Date.now())));
    expect((await send(face, 'GET', '/queues', { cookie })).status).toBe(200);
    expect((await send(face, 'GET', '/queues', { cookie: change(cookie) })).status).toBe(401);
  });

  it('is out when its key is revoked, also when the name is given anew', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const cookie = cookieOf(await login(face, await face.keys.add('watch', Date.now())));
    const look = async () => (await send(face, 'GET', '/queues', { cookie })).status;
    const before = await look();
    await face.keys.revoke('watch');
    const revoked = await look();
    await face.keys.add('watch', Date.now());
    expect([before, revoked, await look()]).toEqual([200, 401, 401]);
  });

  it('stays in when the platform was restarted', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const cookie = cookieOf(await login(face, face.token));
    await face.server.stop();
    await face.server.start();
    expect((await send(face, 'GET', '/queues', { cookie })).status).toBe(200);
  });

  it('logs out', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const answer = await send(face, 'POST', '/queues/logout', { origin: at(face, '') });
    expect(answer.headers.get('set-cookie')).toContain('swarmline_session=; Max-Age=0;');
  });
});

it('lets go of the queues when it stops', async ({ redis, prefix }) => {
  const face = await open(redis, prefix);
  await send(face, 'GET', '/queues', operator(face));
  await face.server.stop();
  expect(await eventually(() => redis.ping())).toBe('PONG');
});
