// Where Redis and RabbitMQ come from: a configured URL, else a program on this machine as our child.
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import {
  EmbeddedServer,
  findProgram,
  rabbitmqRecipe,
  redisRecipe,
  type ServerRecipe,
} from '../core/servers/index.ts';
import type { Config } from './config.ts';

/** `server` is absent where the URL was configured; `url` is null where there is neither. */
export interface Backend {
  readonly url: string | null;
  readonly server: EmbeddedServer | null;
  /** For people: where it is, or what to do. */
  readonly said: string;
}

export interface Backends {
  readonly redis: Backend & { readonly url: string };
  readonly rabbitmq: Backend;
}

interface ServerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Settles both URLs; starts nothing. @throws SwarmError SERVER_MISSING when there is no Redis to be had */
export async function findBackends(config: Config, deps: ServerDeps, searchPath: string): Promise<Backends> {
  const redis = await backend(
    {
      name: 'redis-server',
      scheme: 'redis',
      url: config.redis.url,
      recipe: redisRecipe,
      home: config.home,
      searchPath,
    },
    deps,
  );
  const rabbitmq = await backend(
    {
      name: 'rabbitmq-server',
      scheme: 'amqp',
      url: config.rabbitmq.url,
      recipe: rabbitmqRecipe,
      home: config.home,
      searchPath,
    },
    deps,
  );
  if (redis.url === null) {
    throw new SwarmError(
      coreErrors.serverMissing,
      'no Redis: set REDIS_URL, or install redis-server (Debian: apt-get install --no-install-recommends redis-server; macOS: brew install redis; Docker: docker run -p 127.0.0.1:6379:6379 redis:7)',
    );
  }
  return { redis: { ...redis, url: redis.url }, rabbitmq };
}

interface Wanted {
  readonly name: 'redis-server' | 'rabbitmq-server';
  readonly scheme: string;
  readonly url: string | undefined;
  readonly recipe: (program: string) => ServerRecipe;
  readonly home: string;
  readonly searchPath: string;
}

async function backend(
  { name, scheme, url, recipe, home, searchPath }: Wanted,
  deps: ServerDeps,
): Promise<Backend> {
  if (url !== undefined) return { url, server: null, said: withoutPassword(url) };
  const program = await findProgram(name, searchPath);
  if (program === null) return { url: null, server: null, said: `${name} is not installed` };
  const server = new EmbeddedServer(recipe(program), deps, join(home, name));
  const port = await server.choosePort();
  return { url: `${scheme}://127.0.0.1:${port}`, server, said: `127.0.0.1:${port}, our child` };
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}`;
}
