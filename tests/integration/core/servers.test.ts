// Redis as our child: adopted after a crash of ours, started again after one of its own, gone after stop.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import {
  EmbeddedServer,
  findProgram,
  processStart,
  rabbitmqRecipe,
  redisRecipe,
} from '../../../src/core/servers/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { survivorsIn } from '../../support/survivors.ts';

describe('embedded redis-server', () => {
  let dir: string;
  const opened: EmbeddedServer[] = [];
  const make = async () => {
    const program = await findProgram('redis-server', process.env['PATH'] ?? '');
    const server = new EmbeddedServer(
      redisRecipe(program ?? ''),
      { clock: systemClock, logger: silentLogger },
      dir,
    );
    opened.push(server);
    return server;
  };
  const info = async (port: number) => {
    const redis = createCommandRedis({ url: `redis://127.0.0.1:${port}`, name: 'test' });
    try {
      return await redis.info('server');
    } finally {
      closeRedis(redis);
    }
  };
  const pidOf = async (port: number) => Number(/process_id:(\d+)/.exec(await info(port))?.[1]);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swarmline-redis-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  test('leaves no process when it cannot be noted down which one it is', async () => {
    // A folder that is not empty cannot be replaced by the note.
    await mkdir(join(dir, 'server.pid.json', 'obstacle'), { recursive: true });
    await expect((await make()).start()).rejects.toThrow();
    expect(await survivorsIn(dir, 2_000)).toEqual([]);
  });

  test('is adopted by a second owner instead of started twice', async () => {
    const first = await make();
    await first.start();
    const pid = await pidOf(await first.choosePort());
    const second = await make();
    await second.start();
    expect(await second.choosePort()).toBe(await first.choosePort());
    expect(await pidOf(await second.choosePort())).toBe(pid);
  });

  test('is started again on the same port when it is killed', async () => {
    const server = await make();
    await server.start();
    const pid = await pidOf(await server.choosePort());
    process.kill(pid, 'SIGKILL');
    const next = await eventually(async () => pidOf(await server.choosePort()), {
      accept: (found) => found !== pid,
    });
    expect(next).toBeGreaterThan(0);
  });

  test('is gone after stop', async () => {
    const server = await make();
    await server.start();
    const pid = await pidOf(await server.choosePort());
    await server.stop();
    expect(await processStart(pid)).toBeNull();
  });
});

describe('embedded rabbitmq-server', () => {
  test.each([
    ['closes without a word', (socket: Socket) => socket.end()],
    ['says nothing', () => undefined],
    ['speaks something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('is not taken for ready by one that %s', async (_, behave) => {
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      // Our header is read first: closing over unread bytes would be a reset.
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => void stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as AddressInfo;
    await expect(rabbitmqRecipe('/unused').probe(port, 0)).rejects.toMatchObject({
      kind: { code: 'SERVER_FAILED' },
    });
  });

  const accepts = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  test('leaves one epmd at most when it is killed and started again, and none when it stops', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'swarmline-rabbit-'));
    const program = (await findProgram('rabbitmq-server', process.env['PATH'] ?? '')) ?? '';
    const make = () =>
      new EmbeddedServer(rabbitmqRecipe(program), { clock: systemClock, logger: silentLogger }, dir);
    const epmds = async () =>
      (await survivorsIn(dir, 0)).filter(({ command }) => command.includes('epmd')).length;
    const first = make();
    onTestFinished(async () => {
      await first.stop();
      await rm(dir, { recursive: true, force: true });
    });
    await first.start();
    const { pid } = JSON.parse(await readFile(join(dir, 'server.pid.json'), 'utf8'));
    process.kill(-pid, 'SIGKILL');
    await eventually(
      async () => JSON.parse(await readFile(join(dir, 'server.pid.json'), 'utf8')).pid !== pid,
    );
    await eventually(async () => accepts(await first.choosePort()));
    expect(await epmds()).toBe(1);
    await first.stop();
    await eventually(async () => (await epmds()) === 0);
  });
});
