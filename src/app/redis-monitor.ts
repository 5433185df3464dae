// Keeps the age of Redis: one write and one read a second, so that a person learns within two seconds that it is gone.
import type { Clock } from '../core/clock.ts';
import { inspectRedis } from '../core/checks/redis.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { proveRedis, type Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';

export interface RedisMonitorDeps {
  readonly redis: Redis;
  readonly link: Link;
  /** Where Redis is, in words for people. */
  readonly place: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RedisMonitorOptions {
  readonly dependsOn: readonly string[];
  readonly prefix: string;
  /** Of this process. */
  readonly instance: string;
}

const everyMs = 1_000;

export class RedisMonitor extends Service {
  readonly #deps: RedisMonitorDeps;
  readonly #key: string;
  #round = 0;

  constructor(deps: RedisMonitorDeps, { dependsOn, prefix, instance }: RedisMonitorOptions) {
    // A Redis that is not there yet is waited for as long as it takes: the link says what is missing.
    super({ name: 'redis', dependsOn, startTimeoutMs: Number.POSITIVE_INFINITY });
    this.#deps = deps;
    this.#key = `${prefix}:canary:${instance}`;
  }

  /** Ready when Redis has taken a write. */
  protected async onStart(signal: AbortSignal): Promise<void> {
    const { redis, link, place, clock } = this.#deps;
    while (!(await this.#prove())) await clock.sleep(200, signal);
    await this.#demandFit();
    // A closed connection says so at once; the round trips are for one that hangs.
    const lost = () => link.down(`${place} does not answer`);
    redis.on('close', lost);
    this.release(() => {
      redis.off('close', lost);
    });
    const stop = new AbortController();
    const proving = this.#keepProving(stop.signal);
    this.release(async () => {
      stop.abort();
      await proving;
      await redis.del(this.#key).catch(() => undefined);
    });
  }

  /** A Redis that loses jobs is refused while nothing is in it yet. @throws SwarmError REDIS_UNFIT with the mends */
  async #demandFit(): Promise<void> {
    const { redis, logger } = this.#deps;
    const wrong = (await inspectRedis(redis)).filter(({ state }) => state === 'warn' || state === 'fail');
    for (const { name, said, mend } of wrong)
      logger.warn({ name, said, mend }, 'Redis could be set up better');
    // A full disk is told by the link, and passes; the others stay as they are until somebody acts.
    const lasting = wrong.filter(({ name, state }) => state === 'fail' && name !== 'redis durability');
    if (lasting.length === 0) return;
    throw new SwarmError(
      coreErrors.redisUnfit,
      lasting.map(({ said, mend }) => `Redis: ${said}; mend: ${mend}`).join('\n'),
    );
  }

  #prove(): Promise<boolean> {
    this.#round += 1;
    const { redis, link, place } = this.#deps;
    return proveRedis({ redis, link, place, key: this.#key, nonce: String(this.#round) });
  }

  async #keepProving(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(everyMs, signal).catch(() => undefined);
      if (!signal.aborted) await this.#prove();
    }
  }
}
