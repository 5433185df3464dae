// What each process of the fleet says of itself, in Redis, so that `status` shows them all wherever it is asked.
import type { SystemDirectory } from '../contracts/ports.ts';
import { type ProcessView, processViewSchema } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';

export interface PresenceDeps {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly view: () => ProcessView;
}

const everyMs = 1_000;
const ttlSeconds = 10;

export class Presence extends Service {
  readonly #deps: PresenceDeps;
  readonly #prefix: string;

  constructor(deps: PresenceDeps, options: { readonly prefix: string }) {
    super({ name: 'presence', dependsOn: ['redis'] });
    this.#deps = deps;
    this.#prefix = options.prefix;
  }

  protected async onStart(): Promise<void> {
    await this.#tell();
    const stop = new AbortController();
    const telling = this.#keepTelling(stop.signal);
    this.release(async () => {
      stop.abort();
      await telling;
      const { redis, view } = this.#deps;
      await redis.del(keyOf(this.#prefix, view().instance)).catch(() => undefined);
    });
  }

  async #keepTelling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(everyMs, signal).catch(() => undefined);
      // A lost beat is told by the age of the last one, and Redis' own link says why.
      if (!signal.aborted) await this.#tell().catch(() => undefined);
    }
  }

  async #tell(): Promise<void> {
    const { redis, view, clock } = this.#deps;
    const now = view();
    await redis
      .multi()
      .set(keyOf(this.#prefix, now.instance), JSON.stringify(now), 'EX', ttlSeconds)
      .zadd(indexOf(this.#prefix), String(clock.now()), now.instance)
      .exec();
  }
}

/** The processes that have spoken within the last ten seconds, oldest start first. */
export function createSystemDirectory(
  redis: Redis,
  options: { readonly prefix: string; readonly clock: Clock },
): SystemDirectory {
  const { prefix, clock } = options;
  return {
    processes: async () => {
      await redis.zremrangebyscore(indexOf(prefix), '0', String(clock.now() - 1_000 * ttlSeconds));
      const instances = await redis.zrange(indexOf(prefix), '0', '-1');
      if (instances.length === 0) return [];
      const texts = await redis.mget(...instances.map((instance) => keyOf(prefix, instance)));
      return texts
        .flatMap((text) => (text === null ? [] : [processViewSchema.parse(JSON.parse(text))]))
        .toSorted((a, b) => a.startedAt - b.startedAt);
    },
  };
}

function keyOf(prefix: string, instance: string): string {
  return `${prefix}:process:${instance}`;
}

function indexOf(prefix: string): string {
  return `${prefix}:processes`;
}
