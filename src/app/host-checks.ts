// What the platform needs of the machine that it runs on: room, ports, open files. It asks no server, but whoever of
// Swarmline holds a port whether it still answers.
import { access, constants, mkdir, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Check, Finding } from '../core/checks/finding.ts';
import type { Config } from './config.ts';
import { type RunNote, readRunNotes } from './pid-lock.ts';

const megabyte = 1_048_576;
const answersWithinMs = 2_000;

/** What of the configuration the machine must have. */
export interface HostNeeds {
  readonly home: string;
  readonly api: Pick<Config['api'], 'port'>;
  readonly health: Config['health'];
}

/** Whether there is room, and the ports are free. */
export function hostChecks(config: HostNeeds): Check[] {
  const { home: folder, api, health } = config;
  const face = { host: '127.0.0.1', port: api.port };
  const probes = { host: health.host, port: health.port ?? 0 };
  return [
    ...standingChecks(config),
    {
      name: 'port',
      mend: 'set SWARMLINE_API_PORT to a free port',
      look: async (signal) => [
        await port({ name: 'port', place: face, folder, isHolder: hasFace(face) }, signal),
      ],
    },
    {
      name: 'probes port',
      mend: 'set health.host and health.port to where nobody listens',
      look: async (signal) =>
        health.port === undefined
          ? [{ name: 'probes port', state: 'skipped', said: 'no health.port, so the probes are on the port' }]
          : [
              await port(
                {
                  name: 'probes port',
                  place: probes,
                  folder,
                  isHolder: (note) => note.probes === probes.port,
                },
                signal,
              ),
            ],
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

interface Wanted {
  readonly name: string;
  readonly place: Place;
  readonly folder: string;
  /** Whether a process that lives on this home has the port. */
  readonly isHolder: (note: RunNote) => boolean;
}

/** A whole platform has every role; notes of old did not name them. */
function hasFace({ port }: Place): (note: RunNote) => boolean {
  return ({ api, roles }) => api === port && (roles.length === 0 || roles.includes('api'));
}

async function port({ name, place, folder, isHolder }: Wanted, signal: AbortSignal): Promise<Finding> {
  const notes = await readRunNotes(join(folder, 'run'));
  const holder = notes.find((note) => note.alive && isHolder(note));
  if (holder === undefined) {
    if (place.port !== 0) await listenOnce(place);
    return { name, state: 'ok', said: `${place.port} is free` };
  }
  const { pid } = holder;
  // Who looks here answers itself when it is done.
  if (pid !== process.pid && (await isSilent(place, signal))) {
    return {
      name,
      state: 'warn',
      said: `${place.port}, of the platform that runs as process ${pid}, which does not answer`,
      mend: 'look with: swarmline ps; when it hangs, end it with: swarmline down --force',
    };
  }
  return { name, state: 'ok', said: `${place.port}, of the platform that runs as process ${pid}` };
}

/** Whether somebody takes the connection and says nothing. Who does not listen yet is only on its way. */
async function isSilent({ host, port: held }: Place, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(answersWithinMs);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${held}/livez`;
  try {
    await (await fetch(url, { signal: AbortSignal.any([limit, signal]) })).body?.cancel();
    return false;
  } catch {
    return limit.aborted;
  }
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
