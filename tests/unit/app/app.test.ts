// The small parts of the application: readiness, read models over Redis, the lock of a home, the configuration.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takePidLock } from '../../../src/app/index.ts';
import { LinkBoard } from '../../../src/app/links.ts';
import { overRedis } from '../../../src/app/read-models.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
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
    const board = new LinkBoard({ clock: new ManualClock(), onChange: () => undefined });
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
        throw new TypeError('closed');
      },
    });
    await expect(model.read()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  });
});

describe('the lock of a home', () => {
  const path = () => join(dir, 'run/platform.json');
  const lockOf = async (holder: unknown) => {
    await mkdir(join(dir, 'run'), { recursive: true });
    await writeFile(path(), typeof holder === 'string' ? holder : JSON.stringify(holder));
  };
  const content = async () => JSON.parse(await readFile(path(), 'utf8'));

  it('names the process that holds it, and its port', async () => {
    await takePidLock(path(), 7700);
    expect(await content()).toEqual({ pid: process.pid, start: await processStart(process.pid), api: 7700 });
  });

  it('is gone when it is let go', async () => {
    const release = await takePidLock(path(), 7700);
    await release();
    await expect(stat(path())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused while its holder lives, with the line that stops it', async () => {
    const holder = spawn('sleep', ['60']);
    try {
      const pid = holder.pid ?? 0;
      await lockOf({ pid, start: await processStart(pid), api: 7701 });
      await expect(takePidLock(path(), 7700)).rejects.toThrow(
        `Swarmline already runs here as process ${pid} (http://127.0.0.1:7701); stop it with: kill ${pid}`,
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
    await takePidLock(path(), 7700);
    expect((await content()).pid).toBe(process.pid);
  });

  it('is taken over where its pid belongs to another process by now', async () => {
    await lockOf({ pid: process.ppid, start: 'another time', api: 7700 });
    await takePidLock(path(), 7700);
    expect((await content()).pid).toBe(process.pid);
  });

  it.each(['', 'half a lo', '{"pid": "x"}'])('is taken over where it is no lock: %j', async (text) => {
    await lockOf(text);
    await takePidLock(path(), 7700);
    expect((await content()).pid).toBe(process.pid);
  });
});
