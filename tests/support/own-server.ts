// A real Redis or RabbitMQ of one test alone, that can be taken away and brought back on the same port.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../src/core/redis.ts';
import { EmbeddedServer, findProgram, rabbitmqRecipe, redisRecipe } from '../../src/core/servers/index.ts';

const kinds = {
  'redis-server': { recipe: redisRecipe, scheme: 'redis' },
  'rabbitmq-server': { recipe: rabbitmqRecipe, scheme: 'amqp' },
} as const;

type Kind = keyof typeof kinds;

/** Starts one for the present test; it is stopped and its data are removed after it. */
export async function ownServer(kind: Kind): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-own-'));
  const server = await OwnServer.start(kind, folder);
  onTestFinished(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return server;
}

export class OwnServer {
  readonly url: string;
  /** Holds its data; a Redis writes down there whatever changes it. */
  readonly dir: string;
  readonly #server: EmbeddedServer;

  private constructor(server: EmbeddedServer, dir: string, url: string) {
    this.#server = server;
    this.dir = dir;
    this.url = url;
  }

  /** Starts one with its data under `folder`, and more arguments. @throws when the program is not installed */
  static async start(kind: Kind, folder: string, more: readonly string[] = []): Promise<OwnServer> {
    const program = await findProgram(kind, process.env['PATH'] ?? '');
    if (!program) throw new Error(`${kind} is not installed`);
    const dir = join(folder, kind);
    const deps = { clock: systemClock, logger: silentLogger };
    const recipe = kinds[kind].recipe(program);
    const prepare: typeof recipe.prepare = async (...where) => {
      const { args, env } = await recipe.prepare(...where);
      return { args: [...args, ...more], env };
    };
    const server = new EmbeddedServer({ ...recipe, prepare }, deps, dir);
    await server.start();
    return new OwnServer(server, dir, `${kinds[kind].scheme}://127.0.0.1:${await server.choosePort()}`);
  }

  /** Its process id. */
  async pid(): Promise<number> {
    return Number(JSON.parse(await readFile(join(this.dir, 'server.pid.json'), 'utf8')).pid);
  }

  /** Sends a Redis a command. */
  async command(name: string, ...args: readonly string[]): Promise<void> {
    const redis = createCommandRedis({ url: this.url, name: 'test' });
    try {
      await redis.call(name, ...args);
    } finally {
      closeRedis(redis);
    }
  }

  /** Runs `rabbitmqctl` against it. */
  async rabbitmqctl(...args: readonly string[]): Promise<void> {
    const env = await environmentOf(await this.pid());
    await promisify(execFile)(
      '/usr/lib/rabbitmq/bin/rabbitmqctl',
      ['-n', env['RABBITMQ_NODENAME'] ?? '', ...args],
      { env },
    );
  }

  /** Ends it without a warning; its port is closed until `back`. */
  async crash(): Promise<void> {
    process.kill(await this.pid(), 'SIGKILL');
    await this.#server.stop();
  }

  /** Ends it in order; its port is closed until `back`. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** The same data on the same port. */
  back(): Promise<void> {
    return this.#server.start();
  }
}

/** The environment that a process of ours was started with. */
async function environmentOf(pid: number): Promise<NodeJS.ProcessEnv> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8');
  const pairs = text.split('\0').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
