// The small parts of the application: readiness, read models over Redis, the lock of a home, the configuration.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takePidLock } from '../../../src/app/index.ts';
import { componentChecks } from '../../../src/app/health.ts';
import { LinkBoard } from '../../../src/app/links.ts';
import { overRedis } from '../../../src/app/read-models.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { ComponentView } from '../../../src/contracts/system.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import type { LinkState } from '../../../src/core/links.ts';
import { processStart } from '../../../src/core/servers/index.ts';
import { ManualClock } from '../core/manual-clock.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-app-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the readiness of a process', () => {
  /** What a link went through, oldest first. */
  type Past = readonly LinkState[];

  const boardOf = (pasts: { readonly hard: Past; readonly soft: Past }) => {
    const clock = new ManualClock();
    const board = new LinkBoard({ clock, onChange: () => undefined });
    const links = {
      hard: board.add('redis', { hard: true }),
      soft: board.add('rabbitmq', { hard: false }),
    };
    for (const kind of ['hard', 'soft'] as const) {
      for (const state of pasts[kind]) {
        if (state === 'up') links[kind].proof();
        else links[kind][state]('because');
      }
    }
    // A soft link that is lost counts after three seconds; till then it may come back unnoticed.
    board.readiness();
    clock.advance(3_000);
    return board;
  };

  it.each([
    // hard, soft, ready, status
    [['connecting'], ['connecting'], false, 'starting'],
    [['up'], ['connecting'], false, 'starting'],
    [['connecting'], ['up'], false, 'starting'],
    [['up'], ['down'], false, 'starting'],
    [['down'], ['up'], false, 'starting'],
    [['up'], ['off'], true, 'ready'],
    [['up'], ['up'], true, 'ready'],
    [['up'], ['up', 'down'], true, 'degraded'],
    [['up'], ['up', 'connecting'], true, 'degraded'],
    [['up', 'down'], ['up'], false, 'unavailable'],
    [['up', 'connecting'], ['up'], false, 'unavailable'],
    [['up', 'down'], ['up', 'down'], false, 'unavailable'],
    [['up', 'down', 'up'], ['up', 'down', 'up'], true, 'ready'],
    [['up', 'down'], ['off'], false, 'unavailable'],
    [['up'], ['standby'], true, 'ready'],
  ] as const)('with a hard link %j and a soft one %j: %s, %s', (hard, soft, ready, status) => {
    expect(boardOf({ hard, soft }).readiness()).toMatchObject({ ready, status });
  });

  it('ends with the draining, however well everything is', () => {
    const board = boardOf({ hard: ['up'], soft: ['up'] });
    board.drain();
    expect(board.readiness()).toMatchObject({ ready: false, status: 'draining' });
  });

  it('ends when the last proof of a hard link is stale, though nobody said that it is down', () => {
    const clock = new ManualClock();
    const board = new LinkBoard({ clock, onChange: () => undefined });
    board.add('redis', { hard: true, staleAfterMs: 5_000 }).proof();
    clock.advance(5_001);
    expect(board.readiness()).toMatchObject({ ready: false, status: 'unavailable' });
  });

  const part = (given: Partial<ComponentView>): ComponentView => ({
    name: 'api',
    state: 'ready',
    hard: true,
    restarts: 0,
    braked: false,
    error: null,
    ...given,
  });

  it.each([
    ['a hard part is on its first way up', { state: 'starting' }, 'starting'],
    ['a hard part has failed', { state: 'failed', error: 'no luck' }, 'unavailable'],
    ['a hard part is braked', { state: 'failed', error: 'no luck', braked: true }, 'unavailable'],
    ['a hard part is on its way back', { state: 'starting', error: 'no luck', restarts: 1 }, 'unavailable'],
    ['a hard part is back', { error: 'no luck', restarts: 1 }, 'ready'],
    ['a soft part is on its way up', { hard: false, state: 'starting' }, 'ready'],
    ['a soft part has failed', { hard: false, state: 'failed', error: 'no luck' }, 'degraded'],
  ] as const)('while every link is up and %s: %s, %s', (_what, given, status) => {
    const board = new LinkBoard({ clock: new ManualClock(), onChange: () => undefined });
    board.alsoCheck(() => componentChecks([part({ name: 'redis' }), part(given)]));
    board.add('redis', { hard: true }).proof();
    expect(board.readiness()).toMatchObject({ ready: status === 'ready' || status === 'degraded', status });
  });

  it('names the parts that have failed', () => {
    const failed = part({ name: 'bridge', hard: false, state: 'failed', error: 'no luck' });
    const board = new LinkBoard({ clock: new ManualClock(), onChange: () => undefined });
    board.alsoCheck(() => componentChecks([part({}), failed]));
    expect(board.readiness().because).toEqual(['part bridge: no luck']);
  });

  /** A board on which both links are up. */
  const upBoard = () => {
    const clock = new ManualClock();
    const board = new LinkBoard({ clock, onChange: () => undefined });
    const redis = board.add('redis', { hard: true, staleAfterMs: 600_000 });
    const discord = board.add('discord', { hard: false, staleAfterMs: 600_000 });
    redis.proof();
    discord.proof();
    return { clock, board, redis, discord };
  };

  it('does not change for a soft link that is back at once', () => {
    const { clock, board, discord } = upBoard();
    const seen = [];
    for (const step of [() => discord.down('x'), () => undefined, () => discord.proof()]) {
      step();
      clock.advance(1_400);
      seen.push(board.readiness().status);
    }
    expect(seen).toEqual(['ready', 'ready', 'ready']);
  });

  it('is back at once after one loss of a hard link, and only when it stays after four', () => {
    const { clock, board, redis } = upBoard();
    const seen = [];
    for (let round = 0; round < 4; round += 1) {
      redis.down('refused');
      seen.push(board.readiness().status);
      redis.proof();
      seen.push(board.readiness().status);
      clock.advance(5_000);
    }
    expect(seen).toEqual([...Array(3).fill(['unavailable', 'ready']).flat(), 'unavailable', 'unavailable']);
    expect(board.readiness()).toMatchObject({
      losses: { redis: 4 },
      because: ['redis: up again, but was lost 4 times within two minutes'],
    });
    clock.advance(5_000);
    expect(board.readiness().status).toBe('ready');
  });

  it('says of what else is checked what it says of links, and whom to blame', () => {
    const { board } = upBoard();
    board.alsoCheck(() => [{ name: 'workers', hard: true, health: 'unhealthy', detail: 'braked' }]);
    board.alsoCheck(() => [{ name: 'policy', hard: false, health: 'unhealthy', detail: 'broken' }]);
    expect(board.readiness()).toMatchObject({
      ready: false,
      status: 'unavailable',
      because: ['workers: braked', 'policy: broken'],
    });
  });

  it('has started for ever once the hard links were there, whatever comes', () => {
    const board = new LinkBoard({ clock: new ManualClock(), onChange: () => undefined });
    const hard = board.add('redis', { hard: true });
    board.add('rabbitmq', { hard: false });
    const before = board.readiness().started;
    hard.proof();
    const with1 = board.readiness();
    hard.down('gone');
    expect([before, with1.started, with1.status, board.readiness().started]).toEqual([
      false,
      true,
      'starting',
      true,
    ]);
  });

  it('tells each change of a link once', () => {
    const told: string[] = [];
    const board = new LinkBoard({
      clock: new ManualClock(),
      onChange: ({ name, state }) => void told.push(`${name} ${state}`),
    });
    const link = board.add('redis', { hard: true });
    link.proof();
    link.proof();
    link.down('gone');
    link.down('still gone');
    expect(told).toEqual(['redis up', 'redis down']);
  });
});

describe('a read model over Redis', () => {
  const failing = (thrown: unknown) =>
    overRedis({ read: (_key: string): Promise<string> => Promise.reject(thrown) });

  it('gives what was read', async () => {
    const model = overRedis({ read: (key: string) => Promise.resolve(`value of ${key}`) });
    expect(await model.read('a')).toBe('value of a');
  });

  it.each([
    ['a client’s error', new Error('Command timed out'), 'REDIS_UNAVAILABLE'],
    ['a string', 'Connection is closed.', 'REDIS_UNAVAILABLE'],
    ['an error of ours', new SwarmError(domainErrors.storeConflict, 'x'), 'STORE_CONFLICT'],
    ['a record that does not fit', z.string().safeParse(1).error, 'UNEXPECTED'],
    ['a record that is no JSON', new SyntaxError('Unexpected token'), 'UNEXPECTED'],
  ])('turns %s into its fault', async (_what, thrown, code) => {
    await expect(failing(thrown).read('a')).rejects.toMatchObject({ code });
  });

  it('catches what is thrown before there is a promise', async () => {
    const model = overRedis({
      read: (): Promise<string> => {
        throw new Error('Connection is closed.');
      },
    });
    await expect(model.read()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  });
});

describe('the lock of a home', () => {
  const runner = { api: 7700, roles: ['api'] };
  const path = () => join(dir, 'run/platform.json');
  const lockOf = async (holder: unknown) => {
    await mkdir(join(dir, 'run'), { recursive: true });
    await writeFile(path(), typeof holder === 'string' ? holder : JSON.stringify(holder));
  };
  const content = async () => JSON.parse(await readFile(path(), 'utf8'));

  it('names the process that holds it, and its port', async () => {
    await takePidLock(path(), runner);
    expect(await content()).toEqual({ pid: process.pid, start: await processStart(process.pid), ...runner });
  });

  it('is gone when it is let go', async () => {
    const release = await takePidLock(path(), runner);
    await release();
    await expect(stat(path())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused while its holder lives, with the line that stops it', async () => {
    const holder = spawn('sleep', ['60']);
    try {
      const pid = holder.pid ?? 0;
      await lockOf({ pid, start: await processStart(pid), api: 7701 });
      await expect(takePidLock(path(), runner)).rejects.toThrow(
        `Swarmline already runs here as process ${pid} (http://127.0.0.1:7701); stop it with: swarmline down`,
      );
      expect((await content()).pid).toBe(pid);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('is taken over from a process that has died', async () => {
    const holder = spawn('sleep', ['60']);
    const pid = holder.pid ?? 0;
    await lockOf({ pid, start: await processStart(pid), api: 7700 });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await takePidLock(path(), runner);
    expect((await content()).pid).toBe(process.pid);
  });

  it('is taken over where its pid belongs to another process by now', async () => {
    await lockOf({ pid: process.ppid, start: 'another time', api: 7700 });
    await takePidLock(path(), runner);
    expect((await content()).pid).toBe(process.pid);
  });

  it.each(['', 'half a lo', '{"pid": "x"}'])('is taken over where it is no lock: %j', async (text) => {
    await lockOf(text);
    await takePidLock(path(), runner);
    expect((await content()).pid).toBe(process.pid);
  });
});
