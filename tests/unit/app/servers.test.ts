import { expect, it } from 'vitest';
import { configSchema } from '../../../src/app/config.ts';
import { findBackends } from '../../../src/app/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';

const find = (mayRun: boolean) =>
  findBackends(
    {
      ...configSchema.parse({ home: '/nowhere/home' }),
      policy: { file: '/nowhere/policy.yaml' },
    },
    { clock: systemClock, logger: silentLogger, searchPath: '/nowhere', mayRun },
  );

it('a process of single roles without a platform is told to start that, not to install what is there', async () => {
  const refused = await find(false).catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({
    code: 'SERVER_MISSING',
    message: expect.stringMatching(
      /no redis-server runs in \/nowhere\/home,.* Start the platform there first \(`swarmline up`\), or set REDIS_URL$/,
    ),
  });
});

it('a whole platform without redis-server is told how to install it', async () => {
  await expect(find(true)).rejects.toThrow(/redis-server is not installed.* install redis-server/);
});
