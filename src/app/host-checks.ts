// What the platform needs of the machine that it runs on: room, ports, open files. It asks no server.
import { access, constants, mkdir, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Check, Finding } from '../core/checks/finding.ts';
import type { Config } from './config.ts';
import { readPidLock } from './pid-lock.ts';

const megabyte = 1_048_576;

/** Whether there is room, and the ports are free. */
export function hostChecks(config: Config): Check[] {
  const { home: folder, api, health } = config;
  const probes = { host: health.host, port: health.port ?? 0 };
  return [
    ...standingChecks(config),
    {
      name: 'port',
      mend: 'set SWARMLINE_API_PORT to a free port',
      look: async () => [
        await port('port', { host: '127.0.0.1', port: api.port }, await holderOf(folder, api.port)),
      ],
    },
    {
      name: 'probes port',
      mend: 'set health.host and health.port to where nobody listens',
      look: async () =>
        health.port === undefined
          ? [{ name: 'probes port', state: 'skipped', said: 'no health.port, so the probes are on the port' }]
          : [await port('probes port', probes, await holderOf(folder, api.port))],
    },
  ];
}

/** Those whose answer does not change because a platform runs here. */
export function standingChecks({ home: folder }: Pick<Config, 'home'>): Check[] {
  return [
    {
      name: 'home',
      mend: 'set SWARMLINE_HOME to a folder that can be written',
      look: () => home(folder),
    },
    { name: 'open files', mend: 'ulimit -n 4096', look: openFiles },
  ];
}

async function home(folder: string): Promise<Finding[]> {
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  const free = Math.round((bavail * bsize) / megabyte);
  const said = `${folder}, ${free} MB free`;
  if (free < 50)
    return [{ name: 'home', state: 'fail', said, mend: 'make room: Redis stops writing on a full disk' }];
  if (free < 500)
    return [{ name: 'home', state: 'warn', said, mend: 'make room: logs and Redis grow there' }];
  return [{ name: 'home', state: 'ok', said }];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** The process that runs on this home with this port, and has all of its ports; null when none does. */
async function holderOf(folder: string, apiPort: number): Promise<number | null> {
  const holder = await readPidLock(join(folder, 'run/platform.json'));
  return holder?.alive && holder.api === apiPort ? holder.pid : null;
}

async function port(name: string, place: Place, holder: number | null): Promise<Finding> {
  if (holder !== null) {
    return { name, state: 'ok', said: `${place.port}, of the platform that runs as process ${holder}` };
  }
  if (place.port !== 0) await listenOnce(place);
  return { name, state: 'ok', said: `${place.port} is free` };
}

/** @throws what listen throws, such as EADDRINUSE */
function listenOnce({ host, port: wanted }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, host, () => server.close(() => resolve()));
  });
}

async function openFiles(): Promise<Finding[]> {
  const name = 'open files';
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (Number.isNaN(soft))
    return [{ name, state: 'skipped', said: 'the limit cannot be read on this system' }];
  if (soft >= 1_024) return [{ name, state: 'ok', said: `limit ${soft}` }];
  return [{ name, state: 'warn', said: `limit ${soft}`, mend: 'ulimit -n 4096' }];
}
