// Faults of the system and of the language, raised by Node itself.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, copyFile, mkdir, open, readFile, rmdir, symlink, writeFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { listening } from './local-server.ts';
import type { Sample } from './sample.ts';

export interface SystemScene {
  /** An empty folder of this sample's own. */
  readonly dir: string;
}

export const systemSamples: readonly Sample<SystemScene>[] = [
  {
    what: 'a file that is not there',
    raise: ({ dir }) => readFile(join(dir, 'none')),
    is: 'FILE_MISSING not-found final',
  },
  {
    what: 'a program that is not there',
    raise: () => failing(spawn('/no/such/program')),
    is: 'FILE_MISSING not-found final',
  },
  {
    what: 'a program that may not be run',
    raise: async ({ dir }) => {
      await writeFile(join(dir, 'program'), '#!/bin/sh\n', { mode: 0o644 });
      return failing(spawn(join(dir, 'program')));
    },
    is: 'PERMISSION_DENIED auth final',
  },
  {
    what: 'a change that the system does not allow',
    raise: () => chmod('/proc/self/status', 0o777),
    is: 'PERMISSION_DENIED auth final',
  },
  {
    what: 'a disk that is full',
    raise: () => writeFile('/dev/full', 'one byte too many'),
    is: 'DISK_FULL dependency retry',
  },
  {
    what: 'a folder that is there already',
    raise: ({ dir }) => mkdir(dir),
    is: 'FILE_EXISTS conflict final',
  },
  {
    what: 'a file that is there already',
    raise: async ({ dir }) => {
      await writeFile(join(dir, 'file'), '');
      return open(join(dir, 'file'), 'wx');
    },
    is: 'FILE_EXISTS conflict final',
  },
  {
    what: 'a folder that is not empty',
    raise: async ({ dir }) => {
      await writeFile(join(dir, 'file'), '');
      return rmdir(dir);
    },
    is: 'FILE_EXISTS conflict final',
  },
  {
    what: 'a folder that is read as a file',
    raise: ({ dir }) => readFile(dir),
    is: 'PATH_INVALID validation final',
  },
  {
    what: 'a file that is used as a folder',
    raise: async ({ dir }) => {
      await writeFile(join(dir, 'file'), '');
      return readFile(join(dir, 'file/inside'));
    },
    is: 'PATH_INVALID validation final',
  },
  {
    what: 'a name that is too long',
    raise: ({ dir }) => access(join(dir, 'n'.repeat(300))),
    is: 'PATH_INVALID validation final',
  },
  {
    what: 'a link to itself',
    raise: async ({ dir }) => {
      await symlink(join(dir, 'link'), join(dir, 'link'));
      return readFile(join(dir, 'link'));
    },
    is: 'PATH_INVALID validation final',
  },
  {
    what: 'a read that is aborted',
    raise: () => readFile('/dev/null', { signal: AbortSignal.abort() }),
    is: 'ABORTED transient retry',
  },
  {
    what: 'a wait that is aborted',
    raise: () => delay(60_000, undefined, { signal: AbortSignal.abort() }),
    is: 'ABORTED transient retry',
  },
  {
    what: 'a program that takes too long',
    raise: () => Promise.reject(spawnSync('sleep', ['30'], { timeout: 20 }).error),
    is: 'TIMED_OUT transient retry',
  },
  {
    what: 'more open files than a process may have',
    raise: ({ dir }) => openTooMany(dir),
    is: 'RESOURCES_EXHAUSTED transient retry',
  },
  {
    what: 'a port where nobody listens',
    raise: () => failing(connect(1, '127.0.0.1')),
    is: 'UNREACHABLE dependency retry',
  },
  {
    what: 'a host name that cannot be one',
    raise: () => failing(connect(1, 'a..b')),
    is: 'UNREACHABLE dependency retry',
  },
  {
    what: 'a port that is taken',
    raise: () =>
      listening(
        () => undefined,
        ({ port }) => failing(createServer().listen(port, '127.0.0.1')),
      ),
    is: 'PORT_IN_USE config final',
  },
  {
    what: 'a connection that is reset',
    raise: () =>
      listening(
        (socket) => socket.resetAndDestroy(),
        ({ port }) => failing(connect(port, '127.0.0.1')),
      ),
    is: 'CONNECTION_LOST transient retry',
  },
  {
    what: 'a pipe that nobody reads',
    raise: async () => {
      const child = spawn('sh', ['-c', 'exec 0<&-; echo deaf; exec sleep 30']);
      try {
        await once(child.stdout, 'data');
        const broken = failing(child.stdin);
        child.stdin.write('x');
        return await broken;
      } finally {
        child.kill();
      }
    },
    is: 'CONNECTION_LOST transient retry',
  },
  {
    what: 'a stream that is written to after its end',
    raise: () => {
      const stream = new PassThrough();
      const failed = failing(stream);
      stream.end();
      stream.write('x');
      return failed;
    },
    is: 'CONNECTION_LOST transient retry',
  },
  {
    what: 'a stream that ends too early',
    raise: () => {
      const [from, to] = [new PassThrough(), new PassThrough()];
      const piped = pipeline(from, to);
      from.destroy();
      return piped;
    },
    is: 'CONNECTION_LOST transient retry',
  },
  { what: 'a URL that is none', raise: () => new URL('not a url'), is: 'INPUT_INVALID validation final' },
  {
    what: 'a member of nothing',
    raise: () => Reflect.get(JSON.parse('{"nothing": null}').nothing, 'member'),
    is: 'UNEXPECTED bug final',
  },
  { what: 'a number out of range', raise: () => (1).toFixed(1_000), is: 'UNEXPECTED bug final' },
  {
    what: 'a copy onto itself in a folder that is not there',
    raise: ({ dir }) => copyFile(dir, '/no/such/folder/x'),
    is: 'FILE_MISSING not-found final',
  },
  {
    what: 'a string that was thrown',
    raise: () => Promise.reject('just a string'),
    is: 'UNEXPECTED bug final',
  },
];

/** Rejects with the first error that it emits. */
function failing(emitter: {
  once(event: 'error', listener: (error: Error) => void): unknown;
}): Promise<never> {
  return new Promise((_, reject) => emitter.once('error', reject));
}

/** Lowers the limit of this very process, and without a break raises it again before anybody else needs a file. */
function openTooMany(dir: string): void {
  const limited = (limit: string) =>
    spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${limit}:`], { stdio: 'ignore' });
  const usual = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
  const opened: number[] = [];
  limited('200');
  try {
    for (let count = 0; count < 300; count += 1) opened.push(openSync(dir, 'r'));
  } finally {
    for (const file of opened) closeSync(file);
    limited(usual);
  }
}
