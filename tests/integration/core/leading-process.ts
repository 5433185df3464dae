// A process that leads once and writes on, as if nothing could happen meanwhile: `leading-process.ts REDIS_URL PREFIX`.
import { setTimeout as delay } from 'node:timers/promises';
import { toSwarmError } from '../../../src/core/errors.ts';
import { LeaderLease, setFenced } from '../../../src/core/leader-lease.ts';
import { createCommandRedis } from '../../../src/core/redis.ts';

const [, , url = '', prefix = ''] = process.argv;
const redis = createCommandRedis({ url, name: 'test' });
const holder = { instance: 'paused', host: 'hall', pid: process.pid };
const lease = new LeaderLease(redis, { key: `${prefix}:leader`, ttlMs: 1_000, holder });
await lease.claim();
for (;;) {
  const said = await setFenced(redis, lease.fence(), {
    key: `${prefix}:written`,
    value: 'of the paused',
    seconds: 60,
  }).then(
    () => 'wrote',
    (thrown: unknown) => toSwarmError(thrown).code,
  );
  await redis.set(`${prefix}:said`, said);
  await delay(50);
}
