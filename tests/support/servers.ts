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
    const server = new EmbeddedServer(
      recipe(program),
      { clock: systemClock, logger: silentLogger },
      join(root, name),
    );
    await server.start();
    started.push(server);
    return `${scheme}://127.0.0.1:${await server.choosePort()}`;
  };
  const [redisUrl, rabbitUrl] = await Promise.all([
    ensure(process.env['REDIS_URL'], 'redis-server', redisRecipe, 'redis'),
    ensure(process.env['RABBITMQ_URL'], 'rabbitmq-server', rabbitmqRecipe, 'amqp'),
  ]);
  project.provide('redisUrl', redisUrl);
  project.provide('rabbitUrl', rabbitUrl);
  return async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(root, { recursive: true, force: true });
  };
}
