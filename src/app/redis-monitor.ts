// Keeps the age of Redis: one round trip a second, so that a person learns within two seconds that it is gone.
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import { proveRedis, type Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';

export interface RedisMonitorDeps {
  readonly redis: Redis;
  readonly link: Link;
  /** Where Redis is, in words for people. */
  readonly place: string;
  readonly clock: Clock;
}

const everyMs = 1_000;
const patienceMs = 10_000;

export class RedisMonitor extends Service {
  readonly #deps: RedisMonitorDeps;

  constructor(deps: RedisMonitorDeps, options: { readonly dependsOn: readonly string[] }) {
    super({ name: 'redis', dependsOn: options.dependsOn });
    this.#deps = deps;
  }

  /** Ready when Redis has answered once. @throws SwarmError REDIS_UNAVAILABLE when it does not within 10 s */
  protected async onStart(signal: AbortSignal): Promise<void> {
    const { redis, link, place, clock } = this.#deps;
    const deadline = clock.now() + patienceMs;
    while (!(await proveRedis(redis, link, place))) {
      if (clock.now() > deadline) {
        throw new SwarmError(
          coreErrors.redisUnavailable,
          `Redis does not answer: ${link.status().detail}; look at REDIS_URL`,
        );
      }
      await clock.sleep(200, signal);
    }
    // A closed connection says so at once; the round trips are for one that hangs.
    const lost = () => link.down(`${place} does not answer`);
    redis.on('close', lost);
    this.release(() => {
      redis.off('close', lost);
    });
    const stop = new AbortController();
    const proving = this.#prove(stop.signal);
    this.release(async () => {
      stop.abort();
      await proving;
    });
  }

  async #prove(signal: AbortSignal): Promise<void> {
    const { redis, link, place, clock } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal).catch(() => undefined);
      if (!signal.aborted) await proveRedis(redis, link, place);
    }
  }
}
