// The probes on a real port: of the API, and on a port of their own.
import { describe, expect, onTestFinished } from 'vitest';
import { HealthServer } from '../../../src/api/index.ts';
import { freePort } from '../../../src/core/servers/index.ts';
import { it } from '../../support/fixtures.ts';
import { link } from '../../unit/commands/ports.ts';
import { open, ready } from './rig.ts';

describe('the probes', () => {
  it.for(['/livez', '/readyz'])('answer without a token: %s', async (path, { redis, prefix }) => {
    const { port } = await open(redis, prefix);
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(200);
  });

  it('say alive while nothing else is', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix, {
      readiness: { ...ready, ready: false, status: 'unavailable' },
    });
    expect(await call('GET', '/livez')).toEqual({ status: 200, body: { status: 'alive' } });
  });

  it('are 503 while it starts, 200 when it is ready, 503 when it drains', async ({ redis, prefix }) => {
    const { call, state } = await open(redis, prefix);
    const seen: unknown[] = [];
    for (const [isReady, status] of [
      [false, 'starting'],
      [true, 'ready'],
      [true, 'degraded'],
      [false, 'draining'],
    ] as const) {
      state.readiness = { ...ready, ready: isReady, status };
      const answer = await call('GET', '/readyz');
      seen.push([answer.status, answer.body.status]);
    }
    expect(seen).toEqual([
      [503, 'starting'],
      [200, 'ready'],
      [200, 'degraded'],
      [503, 'draining'],
    ]);
  });

  it('give the age of each link, and null where it never spoke', async ({ redis, prefix }) => {
    const lastProofAt = Date.now() - 2_000;
    const links = [
      link('redis', { lastProofAt }),
      link('discord', { state: 'off', detail: 'no DISCORD_TOKEN', hard: false, lastProofAt: null }),
    ];
    const { call } = await open(redis, prefix, { readiness: { ...ready, links } });
    const [first, second] = (await call('GET', '/readyz')).body.checks;
    expect(first.ageSeconds).toBeGreaterThanOrEqual(2);
    expect(first.ageSeconds).toBeLessThanOrEqual((Date.now() - lastProofAt) / 1_000);
    expect(second).toEqual({
      name: 'discord',
      state: 'off',
      detail: 'no DISCORD_TOKEN',
      hard: false,
      ageSeconds: null,
      well: true,
      seenSecondsAgo: {},
      recreated: 0,
      losses: 0,
    });
  });
});

describe('the other probes', () => {
  it('say whether it ever started, and never take it back', async ({ redis, prefix }) => {
    const { call, state } = await open(redis, prefix, {
      readiness: { ...ready, ready: false, started: false, status: 'starting', because: ['redis: down'] },
    });
    expect(await call('GET', '/startupz')).toEqual({
      status: 503,
      body: { status: 'starting', because: ['redis: down'] },
    });
    state.readiness = { ...ready, ready: false, status: 'unavailable' };
    expect((await call('GET', '/startupz')).status).toBe(200);
  });

  it('answer for one check alone, also a soft one, and know no other', async ({ redis, prefix }) => {
    const links = [
      link('redis'),
      link('discord', { state: 'down', hard: false, seen: { event: Date.now() } }),
    ];
    const { call } = await open(redis, prefix, { readiness: { ...ready, links, losses: { discord: 2 } } });
    const paths = ['/readyz', '/readyz/redis', '/readyz/discord', '/readyz/twitch'];
    const answers = await Promise.all(paths.map((path) => call('GET', path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 404]);
    expect(answers[2]?.body).toMatchObject({ name: 'discord', well: false, losses: 2, recreated: 0 });
    expect(answers[2]?.body.seenSecondsAgo.event).toBeLessThan(10);
  });

  it.for(['/livez', '/readyz', '/startupz'])(
    'may be asked with HEAD and are kept by nobody: %s',
    async (path, { redis, prefix }) => {
      const { port } = await open(redis, prefix);
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD' });
      const { status, headers } = response;
      expect([status, headers.get('cache-control'), await response.text()]).toEqual([200, 'no-store', '']);
    },
  );

  it('tell an age of zero, not a negative one, after the clock was set back', async ({ redis, prefix }) => {
    const links = [link('redis', { lastProofAt: Date.now() + 60_000 })];
    const { call } = await open(redis, prefix, { readiness: { ...ready, links } });
    expect((await call('GET', '/readyz')).body.checks[0].ageSeconds).toBe(0);
  });

  it('move to a port of their own, where nothing else is', async () => {
    const port = await freePort();
    const health = new HealthServer(
      { readiness: () => ready, now: () => Date.now() },
      { host: '127.0.0.1', port },
    );
    onTestFinished(() => health.stop());
    await health.start();
    const paths = ['/livez', '/readyz', '/startupz', '/v1/run'];
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await Promise.all(paths.map(get))).toEqual([200, 200, 200, 404]);
    const second = new HealthServer(
      { readiness: () => ready, now: () => Date.now() },
      { host: '127.0.0.1', port },
    );
    await expect(second.start()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('health.port'),
    });
  });
});
