// A process that registers itself and waits to be killed: `registered-process.ts REDIS_URL PREFIX`.
import { systemClock } from '../../../src/core/clock.ts';
import { createCommandRedis } from '../../../src/core/redis.ts';
import { Registration, Registry } from '../../../src/core/registry/index.ts';

const [, , url = '', prefix = ''] = process.argv;
const registry = new Registry(createCommandRedis({ url, name: 'test' }), { prefix });
const registration = new Registration(
  {
    registry,
    clock: systemClock,
    record: () => ({
      ...{ name: 'thing', instance: 'a', incarnation: null, host: null, pid: process.pid, version: null },
      ...{ roles: [], endpoints: {}, load: { pending: null, cpu: null }, tags: {}, startedAt: 1 },
      ...{ health: 'healthy', body: null },
    }),
  },
  { name: 'presence', ttlMs: 1_500, everyMs: 200 },
);
await registration.start();
