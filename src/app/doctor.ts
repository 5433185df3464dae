// `swarmline doctor`: everything around the platform that it needs, looked at from outside. Starts nothing.
import { execFile } from 'node:child_process';
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
import { redisFault } from '../core/redis-faults.ts';
import { findProgram, runningPort } from '../core/servers/index.ts';
import { maskUrls } from '../core/text.ts';
import { inboxlessOf, inspectInboxes, loadChain } from '../pipeline/index.ts';
import type { LoadedConfig } from './config.ts';
import { hostChecks } from './host-checks.ts';

const run = promisify(execFile);
const limitMs = 5_000;

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
      name: 'inboxes',
      mend: 'look at the disks that they are on',
      look: async () => [await inspectInboxes(config.pipeline.agents)],
    },
    ...hostChecks(config),
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
    const mend =
      thrown instanceof Error && thrown.name === 'ReplyError'
        ? 'it is there and refuses: mend user and password in REDIS_URL, or their rights (ACL SETUSER)'
        : 'start it, or mend REDIS_URL; without REDIS_URL Swarmline runs one of its own';
    return [
      { name: 'redis', state: 'fail', said: `${maskUrls(place)}: ${redisFault(thrown).message}`, mend },
    ];
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
    const mend = isUnreachable(thrown)
      ? 'start it, or mend RABBITMQ_URL; without RABBITMQ_URL Swarmline runs one of its own'
      : 'it is there and refuses: mend user, password and vhost in RABBITMQ_URL; rights by: rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"';
    return [{ name: 'rabbitmq', state: 'fail', said: `${maskUrls(place)}: ${errorText(thrown)}`, mend }];
  }
}

/** Whether the network failed, rather than the far side refused. */
function isUnreachable(thrown: unknown): boolean {
  return thrown instanceof AggregateError || (thrown instanceof Error && 'syscall' in thrown);
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
    { inboxless: inboxlessOf(agents) },
  );
  return [{ name: 'chain', state: 'ok', said: `${chainFile}, ${agents.length} agents` }];
}
