// `swarmline run` where the answer is lost on its way: the order was taken, and asking again must not make it two.
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { run } from '../../../src/cli/commands/run.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { freePort } from '../../../src/core/servers/ports.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { open } from './rig.ts';
import { plain, report, terminal } from './terminal.ts';

/** A way to the face that swallows answers to a path: they are given, and the connection is gone before they arrive. */
async function lossyWay(to: number) {
  const state = { path: '/v1/run', swallow: 0, swallowed: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(to, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    let asked = '';
    near.on('data', (chunk) => {
      asked = String(chunk).startsWith('POST ') ? String(chunk) : asked;
      far.write(chunk);
    });
    near.on('close', () => far.destroy());
    far.on('data', (chunk) => {
      if (state.swallow === 0 || !asked.startsWith(`POST ${state.path}`)) return near.write(chunk);
      state.swallow -= 1;
      state.swallowed += 1;
      return near.destroy();
    });
    far.on('close', () => near.destroy());
  });
  const port = await freePort();
  const open = async () => void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await open();
  onTestFinished(close);
  return { port, state, open, close };
}

async function scene(...[redis, prefix]: Parameters<typeof open>) {
  const face = await open(redis, prefix, { limits: {} });
  const way = await lossyWay(face.port);
  const ends = async () => {
    const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
    await face.results.report(report(about, 0, 'ready', true));
  };
  return { face, way, ends, ...terminal({ ...face, port: way.port }, { isTTY: true }) };
}

describe('an order whose answer is lost', () => {
  it.for([
    ['/v1/run', 1],
    ['/v1/run', 2],
    ['/v1/confirmations/', 1],
    ['/v1/confirmations/', 2],
  ] as const)('is asked for again and stays one: %s, %i times', async ([path, times], { redis, prefix }) => {
    const { face, way, ends, io, printed } = await scene(redis, prefix);
    Object.assign(way.state, { path, swallow: times });
    const running = run('restart slam', { yes: true, json: false }, io);
    await ends();
    expect([await running, way.state.swallowed]).toEqual([0, times]);
    expect([new Set(face.scene.jobs.ids).size, new Set(face.handled.map(({ id }) => id)).size]).toEqual([
      1, 1,
    ]);
    expect(printed.err).toContain('asking again, as the same order');
  });

  it('is told as unknown, with the key to ask again, where nobody comes back; and with that key it stays one', async ({
    redis,
    prefix,
  }) => {
    const { face, way, ends, io } = await scene(redis, prefix);
    way.state.swallow = Number.POSITIVE_INFINITY;
    const lost = await run('restart slam', { yes: true, json: true, patienceMs: 100 }, io).catch(
      (thrown) => thrown,
    );
    expect(lost).toMatchObject({ code: domainErrors.answerLost.code });
    const [, key] = /--key (\S+)/.exec(lost.message) ?? [];
    way.state.swallow = 0;
    const running = run('restart slam', { yes: true, json: true, key }, io);
    await ends();
    expect([await running, new Set(face.scene.jobs.ids).size]).toEqual([0, 1]);
  });

  it('waits for a platform that went while the person was asked', async ({ redis, prefix }) => {
    const { face, way, ends, io, stdin, printed } = await scene(redis, prefix);
    const running = run('restart slam', plain, io);
    await eventually(() => printed.err.includes('[y/N]'));
    way.close();
    stdin.write('y\n');
    await eventually(() => printed.err.includes('asking again'));
    await way.open();
    await ends();
    expect([await running, new Set(face.scene.jobs.ids).size]).toEqual([0, 1]);
  });

  it('is asked about again by who follows it, which a terminal is told once', async ({ redis, prefix }) => {
    const { face, way, io, printed } = await scene(redis, prefix);
    const running = run('restart slam', { yes: true, json: false }, io);
    await eventually(() => printed.err.includes('Order taken'));
    way.close();
    await eventually(() => printed.err.includes('no answer from the platform now'));
    await way.open();
    await face.results.report(report(face.scene.jobs.correlationIds[0] ?? '', 0, 'ready', true));
    expect([await running, printed.err.split('no answer').length, printed.out]).toEqual([
      0,
      2,
      expect.stringContaining('ready'),
    ]);
  });

  it('is told as it is where somebody stops the wait for the answer to their word', async ({
    redis,
    prefix,
  }) => {
    const { face, way, io, printed } = await scene(redis, prefix);
    Object.assign(way.state, { path: '/v1/confirmations/', swallow: Number.POSITIVE_INFINITY });
    const running = run('restart slam', { yes: true, json: false }, io);
    running.catch(() => undefined);
    await eventually(() => printed.err.includes('asking again'));
    io.stop();
    await expect(running).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(/unknown whether your word counts.*`swarmline deny x\w+`/),
    });
    expect(new Set(face.scene.jobs.ids).size).toBe(1);
  });

  it('fails at once where nobody was reached: nothing can have been taken', async ({ redis, prefix }) => {
    const { way, io } = await scene(redis, prefix);
    way.close();
    await expect(run('restart slam', { ...plain, yes: true }, io)).rejects.toMatchObject({
      code: domainErrors.platformUnreachable.code,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('--key', () => {
  it('makes the same order of two commands, and refuses another command', async ({ redis, prefix }) => {
    const { face, ends, io, printed } = await scene(redis, prefix);
    const options = { yes: true, json: false, key: 'deploy-42' };
    const running = [run('restart slam', options, io), run('restart slam', options, io)];
    await ends();
    expect([await Promise.all(running), new Set(face.scene.jobs.ids).size]).toEqual([[0, 0], 1]);
    expect(await run('restart slam', options, io)).toBe(0);
    expect(new Set(face.scene.jobs.ids).size).toBe(1);
    expect(await run('queue pause services', options, io)).toBe(2);
    expect(printed.err.split('\n').at(-2)).toMatch(
      /^this Idempotency-Key was sent before.* A new order needs a new --key, or none\.$/,
    );
  });

  it('is used up by what nobody confirmed, which says so, and what is done about it', async ({
    redis,
    prefix,
  }) => {
    const { face, ends, io, stdin, printed } = await scene(redis, prefix);
    stdin.isTTY = false;
    const options = { ...plain, key: 'deploy-42' };
    expect([
      await run('restart slam', options, io),
      await run('restart slam', { ...options, yes: true }, io),
    ]).toEqual([2, 1]);
    expect(printed.err.trimEnd().split('\n')).toMatchObject([
      expect.stringContaining(
        'no terminal. Nothing was done, and the key deploy-42 is used up by it for a day.',
      ),
      expect.stringMatching(
        /Declined by .* A new order needs a new key \(`--key`, Idempotency-Key\), or none\.$/,
      ),
    ]);
    const running = run('restart slam', { ...plain, yes: true, key: 'deploy-43' }, io);
    await ends();
    expect([await running, new Set(face.scene.jobs.ids).size]).toEqual([0, 1]);
  });

  it('is not used up by what was misspelt', async ({ redis, prefix }) => {
    const { face, ends, io } = await scene(redis, prefix);
    const options = { yes: true, json: false, key: 'deploy-42' };
    expect(await run('restart slamm', options, io)).toBe(77);
    const running = run('restart slam', options, io);
    await ends();
    expect([await running, new Set(face.scene.jobs.ids).size]).toEqual([0, 1]);
  });
});
