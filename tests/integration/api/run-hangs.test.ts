// `swarmline` where a platform takes what is asked and says nothing: what is asked again is one, and the wait has an end.
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { type Client, connectClient } from '../../../src/cli/client.ts';
import { chat } from '../../../src/cli/commands/chat.ts';
import { persistent } from '../../../src/cli/commands/until-answered.ts';
import type { Io } from '../../../src/cli/io.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { open } from './rig.ts';
import { plain, terminal } from './terminal.ts';

/** A way to the face that lets nothing through on its first connections, until it is told to. */
async function haltingWay(to: number, halts: number) {
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near.on('error', () => undefined));
    // Of a process that is stopped, the kernel still takes what is sent; also of one who has gone meanwhile.
    near.pause();
    const pass = () => {
      const far = dial(to, '127.0.0.1');
      sockets.add(far.on('error', () => undefined));
      near.pipe(far);
      far.pipe(near);
    };
    if (held.length < halts) held.push(pass);
    else pass();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, held, goOn: () => held.map((pass) => pass()) };
}

async function scene(
  [redis, prefix]: Readonly<Parameters<typeof open>>,
  { halts, isTTY = false }: { readonly halts: number; readonly isTTY?: boolean },
) {
  const face = await open(redis, prefix, { limits: {} });
  const way = await haltingWay(face.port, halts);
  return { face, way, ...terminal({ ...face, port: way.port }, { isTTY }) };
}

async function clientOf(
  io: Io,
  { soonMs, patienceMs }: { readonly soonMs: number; readonly patienceMs?: number },
) {
  return persistent({ ...(await connectClient(io)), soonMs }, { key: 'k-1', quiet: false, patienceMs }, io);
}

const restart = { line: 'restart slam', dryRun: false };

describe('a platform that hangs', () => {
  it('is asked again beside, and what it takes when it goes on is one order', async ({ redis, prefix }) => {
    const { face, way, io, printed } = await scene([redis, prefix], { halts: 1 });
    // Long enough for the first one to be on its way before it is given up.
    const client = await clientOf(io, { soonMs: 1_000 });
    expect(await client.run(restart, 'k-1')).toMatchObject({ kind: 'confirm' });
    way.goOn();
    await eventually(() => face.handled.length > 1);
    expect([
      new Set(face.handled.map(({ id }) => id)).size,
      await face.scene.approvals.waiting(),
    ]).toMatchObject([1, [{ command: 'restart' }]]);
    expect(printed.err).toContain('asking again, as the same order');
  });

  it('is given longer each time, for it may only be slow', async ({ redis, prefix }) => {
    const { io } = await scene([redis, prefix], { halts: 0 });
    const client = await connectClient(io);
    const waits: unknown[] = [];
    const slow: Client = {
      ...client,
      soonMs: 1_000,
      run: async (wish, key, waiting) => {
        waits.push(waiting?.patienceMs);
        if (waits.length < 3) throw new SwarmError(domainErrors.answerLost, 'no answer');
        return client.run(wish, key);
      },
    };
    const asked = { key: 'k-1', quiet: true };
    expect(await persistent(slow, asked, io).run(restart, 'k-1')).toMatchObject({ kind: 'confirm' });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  it('is told as silent by whoever only asks, with no word of an order or a key', async ({
    redis,
    prefix,
  }) => {
    const { face, way, io, printed } = await scene([redis, prefix], { halts: Number.POSITIVE_INFINITY });
    const options = { ...plain, json: true, patienceMs: 100, others: [] };
    const lines = [['alerts'], ['gas'], ['agents'], ['queue', 'status']];
    const ends = await Promise.all(
      lines.map((words) => chat(words, options, io).catch((thrown: unknown) => thrown)),
    );
    expect(ends).toMatchObject(
      lines.map(() => ({
        code: 'PLATFORM_SILENT',
        message: expect.stringMatching(
          /^http:\S+ was reached and gives no answer \(no answer within [\d.]+ s\)$/,
        ),
      })),
    );
    expect([printed, face.handled, way.held.length >= 2 * lines.length]).toEqual([
      { out: '', err: '' },
      [],
      true,
    ]);
  });

  it('is told as the one that may have taken it by whoever orders', async ({ redis, prefix }) => {
    const { io } = await scene([redis, prefix], { halts: Number.POSITIVE_INFINITY });
    const client = await clientOf(io, { soonMs: 50, patienceMs: 50 });
    await expect(client.run(restart, 'k-1')).rejects.toMatchObject({
      code: 'ANSWER_LOST',
      message: expect.stringContaining('--key k-1 asks again'),
    });
    await expect(client.run({ ...restart, dryRun: true }, 'k-1')).rejects.toMatchObject({
      code: 'PLATFORM_SILENT',
    });
  });

  it('is waited for with a word at a terminal, and without one where there is none', async ({
    redis,
    prefix,
  }) => {
    const { face, way, io, printed } = await scene([redis, prefix], { halts: 2, isTTY: true });
    const piped = terminal({ ...face, port: way.port });
    const quiet = (await clientOf(piped.io, { soonMs: 60_000 })).run(restart, 'k-2');
    await eventually(() => way.held.length === 1);
    const told = (await clientOf(io, { soonMs: 60_000 })).run(restart, 'k-1');
    await eventually(() => printed.err !== '');
    way.goOn();
    expect([await quiet, await told]).toMatchObject([{ kind: 'confirm' }, { kind: 'confirm' }]);
    expect([piped.printed.err, printed.err]).toEqual([
      '',
      'no answer yet; it is waited for, 80 s at most (Ctrl-C ends the wait)\n',
    ]);
  });
});

it('is found again at the port that the platform has after a restart', async ({ redis, prefix }) => {
  const { face, way, io } = await scene([redis, prefix], { halts: Number.POSITIVE_INFINITY });
  const runs = async (api: number) => {
    await mkdir(join(face.dir, 'run'), { recursive: true });
    await writeFile(join(face.dir, 'run/platform.json'), JSON.stringify({ api }));
  };
  await runs(way.port);
  const client = await clientOf({ ...io, env: { SWARMLINE_HOME: face.dir } }, { soonMs: 100 });
  const asked = client.run(restart, 'k-1');
  await eventually(() => way.held.length > 0);
  await runs(face.port);
  expect(await asked).toMatchObject({ kind: 'confirm' });
});
