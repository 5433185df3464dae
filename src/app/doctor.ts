// `swarmline doctor`: everything around the platform that it needs, looked at from outside. Starts nothing.
import { execFile } from 'node:child_process';
import { access, constants, mkdir, readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadPolicy } from '../access/index.ts';
import { inspectDiscord } from '../bots/discord/index.ts';
import { inspectTwitch } from '../bots/twitch/index.ts';
import { inspectRabbit } from '../bridge/index.ts';
import { type Check, type Finding, runChecks } from '../core/checks/finding.ts';
import { inspectClock, inspectRedis } from '../core/checks/redis.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import { closeRedis, createCommandRedis } from '../core/redis.ts';
import { findProgram, runningPort } from '../core/servers/index.ts';
import { maskUrls } from '../core/text.ts';
import { loadChain } from '../pipeline/index.ts';
import type { LoadedConfig } from './config.ts';
import { readPidLock } from './pid-lock.ts';

const run = promisify(execFile);
const limitMs = 5_000;
const megabyte = 1_048_576;

export interface DoctorDeps {
  readonly clock: Clock;
  /** The PATH variable. */
  readonly searchPath: string;
}

/** Looks at everything side by side; each thing within 5 s. */
export function examine(loaded: LoadedConfig, deps: DoctorDeps): Promise<Finding[]> {
  const { config } = loaded;
  const checks: Check[] = [
    {
      name: 'redis',
      mend: 'start it, or mend REDIS_URL; without REDIS_URL Swarmline runs one of its own',
      look: () => redis(config.redis.url, config.home, deps),
    },
    {
      name: 'rabbitmq',
      mend: 'start it, or mend RABBITMQ_URL; without RABBITMQ_URL Swarmline runs one of its own',
      look: () => rabbitmq(config.rabbitmq.url, config.home, deps),
    },
    {
      name: 'discord token',
      mend: 'look at the network, or at DISCORD_API_URL',
      look: (signal) => inspectDiscord(config.discord, signal),
    },
    {
      name: 'twitch token',
      mend: 'look at the network',
      look: (signal) => inspectTwitch(config.twitch, signal),
    },
    { name: 'policy', mend: 'mend the file', look: () => policy(config.policy.file) },
    { name: 'chain', mend: 'mend the file', look: () => chain(config.pipeline) },
    {
      name: 'home',
      mend: 'set SWARMLINE_HOME to a folder that can be written',
      look: () => home(config.home),
    },
    {
      name: 'port',
      mend: 'set SWARMLINE_API_PORT to a free port',
      look: () => port(config.api.port, config.home),
    },
    { name: 'open files', mend: 'ulimit -n 4096', look: openFiles },
  ];
  return runChecks(checks, { clock: deps.clock, limitMs });
}

async function redis(url: string | undefined, homeDir: string, deps: DoctorDeps): Promise<Finding[]> {
  const place = url ?? (await ownServer('redis-server', 'redis', homeDir));
  if (place === null) return [await program('redis', 'redis-server', ['--version'], deps)];
  const client = createCommandRedis({ url: place, name: 'swarmline:doctor' });
  try {
    const findings = await inspectRedis(client);
    const there: Finding = { name: 'redis', state: 'ok', said: maskUrls(place) };
    return [there, ...findings, await inspectClock(client)];
  } catch (thrown) {
    const mend = 'start it, or mend REDIS_URL; without REDIS_URL Swarmline runs one of its own';
    return [{ name: 'redis', state: 'fail', said: `${maskUrls(place)}: ${errorText(thrown)}`, mend }];
  } finally {
    closeRedis(client);
  }
}

async function rabbitmq(url: string | undefined, homeDir: string, deps: DoctorDeps): Promise<Finding[]> {
  const place = url ?? (await ownServer('rabbitmq-server', 'amqp', homeDir));
  if (place === null) return [await program('rabbitmq', 'rabbitmq-server', [], deps)];
  try {
    const findings = await inspectRabbit(place);
    return [{ name: 'rabbitmq', state: 'ok', said: maskUrls(place) }, ...findings];
  } catch (thrown) {
    const mend = 'start it, or mend RABBITMQ_URL; without RABBITMQ_URL Swarmline runs one of its own';
    return [{ name: 'rabbitmq', state: 'fail', said: `${maskUrls(place)}: ${errorText(thrown)}`, mend }];
  }
}

/** The URL of the server that a platform of this home runs now; null when none does. */
async function ownServer(name: string, scheme: string, homeDir: string): Promise<string | null> {
  const listening = await runningPort(join(homeDir, name));
  return listening === null ? null : `${scheme}://127.0.0.1:${listening}`;
}

/** A server that would run as our child. @param ask arguments that make the program tell its version */
async function program(
  name: string,
  file: string,
  ask: readonly string[],
  { searchPath }: DoctorDeps,
): Promise<Finding> {
  const path = await findProgram(file, searchPath);
  if (path === null) {
    const mend = `apt-get install --no-install-recommends ${file}, or set ${name.toUpperCase()}_URL`;
    return { name, state: 'fail', said: `no ${name.toUpperCase()}_URL, and ${file} is not installed`, mend };
  }
  const told = ask.length > 0 ? (await run(path, [...ask])).stdout.trim().split('\n')[0] : path;
  return { name, state: 'ok', said: `will run as our child: ${told}` };
}

async function policy(file: string): Promise<Finding[]> {
  const { broken } = await loadPolicy(file);
  if (broken === null) return [{ name: 'policy', state: 'ok', said: file }];
  return [
    { name: 'policy', state: 'fail', said: broken, mend: `mend ${file}: until then everything is denied` },
  ];
}

async function chain({ chainFile, agents }: LoadedConfig['config']['pipeline']): Promise<Finding[]> {
  await loadChain(
    chainFile,
    agents.map(({ id }) => id),
  );
  return [{ name: 'chain', state: 'ok', said: `${chainFile}, ${agents.length} agents` }];
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

async function port(wanted: number, homeDir: string): Promise<Finding[]> {
  const holder = await readPidLock(join(homeDir, 'run/platform.json'));
  if (holder?.alive && holder.api === wanted) {
    return [
      { name: 'port', state: 'ok', said: `${wanted}, of the platform that runs as process ${holder.pid}` },
    ];
  }
  if (wanted !== 0) await listenOnce(wanted);
  return [{ name: 'port', state: 'ok', said: `${wanted} is free` }];
}

/** @throws what listen throws, such as EADDRINUSE */
function listenOnce(wanted: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve()));
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
