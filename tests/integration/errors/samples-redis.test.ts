import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { redisFault } from '../../../src/core/redis-faults.ts';
import { eventually } from '../../support/fixtures.ts';
import { OwnServer } from '../../support/own-server.ts';
import { type RedisScene, redisSamples } from './redis.ts';
import { expectVerdict } from './sample.ts';

describe('what ioredis raises', () => {
  let scene: RedisScene;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'swarmline-errors-'));
    const server = await OwnServer.start('redis-server', folder);
    const cluster = await OwnServer.start('redis-server', join(folder, 'cluster'), [
      ...['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'],
    ]);
    await cluster.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16300');
    await eventually(() =>
      cluster.command('GET', 'a').then(
        () => true,
        () => false,
      ),
    );
    scene = { server, dir: join(folder, 'redis-server'), clusterUrl: cluster.url };
    stop = async () => {
      await Promise.all([server.stop(), cluster.stop()]);
      await rm(folder, { recursive: true, force: true });
    };
  });
  afterAll(() => stop());

  it.for(redisSamples)('$what: $is', (sample) => expectVerdict(sample, scene, redisFault));
});
