// What the rest of the fleet knows of a process when that says that it is ready.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { configSchema } from '../../../src/app/config.ts';
import { createPlatform, findBackends } from '../../../src/app/index.ts';
import { createSystemDirectory } from '../../../src/app/presence.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { Registry } from '../../../src/core/registry/index.ts';
import { it } from '../../support/fixtures.ts';

const root = join(import.meta.dirname, '../../..');

it('a process that has started is told as started, and not as when it began', async ({
  redis,
  redisUrl,
  prefix,
}) => {
  const home = await mkdtemp(join(tmpdir(), 'swarmline-first-'));
  const parsed = configSchema.parse({ home, redis: { url: redisUrl, prefix } });
  const config = {
    ...parsed,
    policy: { file: join(root, 'config/policy.yaml') },
    pipeline: { ...parsed.pipeline, chainFile: join(root, 'config/chain.yaml') },
  };
  const deps = { clock: systemClock, logger: silentLogger };
  const backends = await findBackends(config, { ...deps, searchPath: '', mayRun: false });
  const terminal = { input: new PassThrough(), output: new PassThrough(), interactive: false, colour: false };
  const platform = await createPlatform(
    {
      ...{ ...deps, config, backends, companions: [] },
      onLink: () => undefined,
      terminal: { ...terminal, onQuit: () => undefined },
    },
    { roles: ['pipeline'] },
  );
  onTestFinished(async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  });
  await platform.start();
  const [told] = await createSystemDirectory(new Registry(redis, { prefix })).processes();
  expect(told?.links.map(({ name, state }) => [name, state])).toContainEqual(['workers', 'up']);
});
