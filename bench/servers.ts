// Redis and RabbitMQ of a bench alone.
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import { silentLogger } from '../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../src/core/redis.ts';
import { EmbeddedServer, findProgram, rabbitmqRecipe, redisRecipe } from '../src/core/servers/index.ts';

const recipes = { 'redis-server': redisRecipe, 'rabbitmq-server': rabbitmqRecipe } as const;
const schemes = { 'redis-server': 'redis', 'rabbitmq-server': 'amqp' } as const;

export interface ServerOptions {
  /** How Redis syncs; default: as ours does, always. */
  readonly fsync?: 'always' | 'everysec';
}

/** Starts one with its data under `folder`. @throws when the program is not installed */
export async function startServer(
  kind: keyof typeof recipes,
  folder: string,
  { fsync = 'always' }: ServerOptions = {},
) {
  const program = await findProgram(kind, process.env['PATH'] ?? '');
  if (!program) throw new Error(`${kind} is not installed`);
  const deps = { clock: systemClock, logger: silentLogger };
  const server = new EmbeddedServer(recipes[kind](program), deps, join(folder, kind));
  await server.start();
  endsWithUs(server);
  const url = `${schemes[kind]}://127.0.0.1:${await server.choosePort()}`;
  const withRedis = async (work: (redis: ReturnType<typeof createCommandRedis>) => Promise<unknown>) => {
    const redis = createCommandRedis({ url, name: 'bench:server' });
    await work(redis).finally(() => closeRedis(redis));
  };
  if (kind === 'redis-server' && fsync !== 'always')
    await withRedis((redis) => redis.config('SET', 'appendfsync', fsync));
  return {
    pid: server.pid ?? 0,
    url,
    stop: () => server.stop(),
    flush: () => withRedis((redis) => redis.flushall()),
  };
}

const running = new Set<EmbeddedServer>();

/** A bench that throws or is broken off leaves no server behind. */
function endsWithUs(server: EmbeddedServer): void {
  if (running.size === 0) {
    process.once('exit', endAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => process.exit(1));
  }
  running.add(server);
}

function endAll(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
    } catch {
      // it has ended meanwhile
    }
  }
}
