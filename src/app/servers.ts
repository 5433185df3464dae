// Where Redis and RabbitMQ come from: a configured URL; else a program on this machine as our child; and for a
// process that takes single roles, the child that a whole Swarmline of the same home already runs.
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import {
  EmbeddedServer,
  findProgram,
  rabbitmqRecipe,
  redisRecipe,
  runningPort,
  type ServerRecipe,
} from '../core/servers/index.ts';
import type { Config } from './config.ts';

/** `server` is absent where somebody else runs it; `url` is null where there is none. */
export interface Backend {
  readonly url: string | null;
  readonly server: EmbeddedServer | null;
  /** For people: where it is, or what is missing. */
  readonly said: string;
}

export interface Backends {
  readonly redis: Backend & { readonly url: string };
  readonly rabbitmq: Backend;
}

export interface FindDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The PATH variable. */
  readonly searchPath: string;
  /** Whether this process may run servers of its own. */
  readonly mayRun: boolean;
}

interface Kind {
  readonly name: 'redis-server' | 'rabbitmq-server';
  readonly scheme: 'redis' | 'amqp';
  readonly recipe: (program: string) => ServerRecipe;
}

const redisKind: Kind = { name: 'redis-server', scheme: 'redis', recipe: redisRecipe };
const rabbitmqKind: Kind = { name: 'rabbitmq-server', scheme: 'amqp', recipe: rabbitmqRecipe };

/** Settles both URLs; starts nothing. @throws SwarmError SERVER_MISSING when there is no Redis to be had */
export async function findBackends(config: Config, deps: FindDeps): Promise<Backends> {
  const redis = await find(redisKind, config.redis.url, config.home, deps);
  const rabbitmq = await find(rabbitmqKind, config.rabbitmq.url, config.home, deps);
  if (redis.url === null) {
    if (!deps.mayRun) {
      throw new SwarmError(
        coreErrors.serverMissing,
        `no Redis: ${redis.said}, and a process of single roles runs none. Start the platform there first (\`swarmline up\`), or set REDIS_URL`,
      );
    }
    throw new SwarmError(
      coreErrors.serverMissing,
      `no Redis: ${redis.said}. Set REDIS_URL, or install redis-server (Debian: apt-get install --no-install-recommends redis-server; macOS: brew install redis; Docker: docker run -p 127.0.0.1:6379:6379 redis:7)`,
    );
  }
  return { redis: { ...redis, url: redis.url }, rabbitmq };
}

/** RabbitMQ as a program beside the platform finds it: the one that runs in this home, else the usual port. */
export async function localRabbitUrl(home: string): Promise<string> {
  return `amqp://127.0.0.1:${(await runningPort(join(home, rabbitmqKind.name))) ?? 5672}`;
}

async function find(kind: Kind, url: string | undefined, home: string, deps: FindDeps): Promise<Backend> {
  if (url !== undefined) return { url, server: null, said: withoutPassword(url) };
  const dir = join(home, kind.name);
  const at = (port: number) => `${kind.scheme}://127.0.0.1:${port}`;
  if (!deps.mayRun) {
    const port = await runningPort(dir);
    if (port === null) return { url: null, server: null, said: `no ${kind.name} runs in ${home}` };
    return { url: at(port), server: null, said: `127.0.0.1:${port}, of ${home}` };
  }
  const program = await findProgram(kind.name, deps.searchPath);
  if (program === null) return { url: null, server: null, said: `${kind.name} is not installed` };
  const server = new EmbeddedServer(kind.recipe(program), deps, dir);
  const port = await server.choosePort();
  return { url: at(port), server, said: `127.0.0.1:${port}, our child` };
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}`;
}
