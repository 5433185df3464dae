// Global set-up of the integration and e2e projects: one real Redis and one real RabbitMQ for the whole run,
// unless REDIS_URL and RABBITMQ_URL name some. A missing program fails the run; it never skips.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/logger.ts';
import {
  EmbeddedServer,
  findProgram,
  rabbitmqRecipe,
  redisRecipe,
  type ServerRecipe,
} from '../../src/core/servers/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
    rabbitUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'swarmline-test-'));
  const started: EmbeddedServer[] = [];
  const ensure = async (
    given: string | undefined,
    name: string,
    recipe: (program: string) => ServerRecipe,
    scheme: string,
  ) => {
    if (given) return given;
    const program = await findProgram(name, process.env['PATH'] ?? '');
    if (!program)
      throw new Error(`${name} is not installed; apt-get install --no-install-recommends ${name}`);
    const start = async (dir: string) => {
      const server = new EmbeddedServer(recipe(program), { clock: systemClock, logger: silentLogger }, dir);
      started.push(server);
      await server.start();
      return server;
    };
    // The server's own start is under test elsewhere; here a second try saves the run, and the first is told.
    const server = await start(join(root, name)).catch((thrown: unknown) => {
      process.stderr.write(`${name} did not start, trying once more: ${String(thrown)}\n`);
      return start(join(root, `${name}-again`));
    });
    return `${scheme}://127.0.0.1:${await server.choosePort()}`;
  };
  const tearDown = async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(root, { recursive: true, force: true });
  };
  const urls = await Promise.allSettled([
    ensure(process.env['REDIS_URL'], 'redis-server', redisRecipe, 'redis'),
    ensure(process.env['RABBITMQ_URL'], 'rabbitmq-server', rabbitmqRecipe, 'amqp'),
  ]);
  const failed = urls.find((url) => url.status === 'rejected');
  if (failed) {
    await tearDown();
    throw failed.reason;
  }
  const [redisUrl = '', rabbitUrl = ''] = urls.map((url) => (url.status === 'fulfilled' ? url.value : ''));
  project.provide('redisUrl', redisUrl);
  project.provide('rabbitUrl', rabbitUrl);
  return tearDown;
}
