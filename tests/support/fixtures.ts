// Test fixtures: isolation by name. Each test has a Redis prefix of its own and a client that is closed after it.
import { randomUUID } from 'node:crypto';
import { inject, test } from 'vitest';
import { closeRedis, createCommandRedis, type Redis } from '../../src/core/redis.ts';
import { patienceMs } from './patience.ts';

interface Fixtures {
  redisUrl: string;
  rabbitUrl: string;
  /** Unique per test, with a hash tag. */
  prefix: string;
  redis: Redis;
}

export const it = test.extend<Fixtures>({
  redisUrl: async ({ task: _ }, use) => use(inject('redisUrl')),
  rabbitUrl: async ({ task: _ }, use) => use(inject('rabbitUrl')),
  prefix: async ({ task: _ }, use) => use(`{test-${randomUUID().slice(0, 8)}}`),
  redis: async ({ redisUrl }, use) => {
    const redis = createCommandRedis({ url: redisUrl, name: 'test' });
    await use(redis);
    closeRedis(redis);
  },
});

interface EventuallyOptions<T> {
  /** Default: patienceMs. */
  readonly timeoutMs?: number;
  /** Whether the probed value is the awaited one; default: truthy. */
  readonly accept?: (value: T) => boolean;
}

/** Awaits a state by asking for it until it is there; rejects with the last value or error at the deadline. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  options: EventuallyOptions<T> = {},
): Promise<T> {
  const { timeoutMs = patienceMs, accept = Boolean } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const value = await probe();
      if (accept(value)) return value;
      last = value;
    } catch (thrown) {
      last = thrown;
    }
    if (Date.now() > deadline) {
      const shown = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`not reached within ${timeoutMs} ms; last: ${shown}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
