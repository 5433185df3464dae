// Which of several instances of a service an order is for. Where there is but one, nobody is named: then whoever answers
// for the service takes the order, also one that came a moment ago.
import type { RestartOrder, RestartTarget } from '../contracts/services.ts';
import type { Candidate, Choose } from '../core/balancer.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { redisFault } from '../core/redis-faults.ts';
import { type Instance, isProved, type Registry } from '../core/registry/index.ts';
import { instancesOf } from './instances.ts';

export interface TargetsDeps {
  readonly registry: Registry;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly choose: Choose;
}

/** A chosen instance, and the incarnation that is ready there; null: none is. */
export interface Pick {
  readonly target: RestartTarget;
  readonly known: string | null;
}

export class Targets {
  readonly #deps: TargetsDeps;
  readonly #prefix: string;

  constructor(deps: TargetsDeps, options: { readonly prefix: string }) {
    this.#deps = deps;
    this.#prefix = options.prefix;
  }

  /** Those of a service among which one is chosen. @throws SwarmError REDIS_UNAVAILABLE */
  living(service: string): Promise<readonly Instance[]> {
    return instancesOf(this.#deps.registry, service);
  }

  /**
   * Chooses one of the living and notes the order as under way there; null where there are not several, `absent` where the one that was
   * asked for does not live. @throws SwarmError REDIS_UNAVAILABLE
   */
  async pick(
    order: RestartOrder,
    asked: Promise<readonly Instance[]> = this.living(order.service),
  ): Promise<Pick | null | 'absent'> {
    const { redis, choose } = this.#deps;
    const living = await asked;
    const { instance: wanted } = order;
    const instances = living.filter(({ instance }) => wanted === undefined || instance === wanted);
    if (wanted !== undefined && instances.length === 0) return 'absent';
    if (living.length < 2) return null;
    const pending = await this.#pending(order.service);
    const candidates = instances.map((one) => ({
      ...candidateOf(one, pending),
      ...(!isProved(one, living) && { health: 'unhealthy' as const }),
      one,
    }));
    const chosen = choose(candidates, order.principal)?.one;
    if (!chosen) return null;
    const { instance, host, incarnation, health } = chosen;
    const member = memberOf(instance, order.id);
    await redis.zadd(this.#key(order.service), String(order.deadline), member).catch(unavailable);
    return {
      target: { instance, host, of: living.length },
      known: health === 'healthy' ? incarnation : null,
    };
  }

  /** Whether the chosen one still lives. @throws SwarmError REDIS_UNAVAILABLE */
  async isThere(service: string, { instance }: RestartTarget): Promise<boolean> {
    return (await this.living(service)).some((one) => one.instance === instance);
  }

  /** The order is not under way there any more. What cannot be noted now is forgotten at the order's deadline. */
  async done(order: RestartOrder, { instance }: RestartTarget): Promise<void> {
    await this.#deps.redis
      .zrem(this.#key(order.service), memberOf(instance, order.id))
      .catch(() => undefined);
  }

  /** Instance → orders under way. */
  async #pending(service: string): Promise<ReadonlyMap<string, number>> {
    const { redis, clock } = this.#deps;
    const key = this.#key(service);
    await redis.zremrangebyscore(key, '-inf', String(clock.now())).catch(unavailable);
    const members = await redis.zrange(key, '0', '-1').catch(unavailable);
    const counts = new Map<string, number>();
    for (const member of members) {
      const [instance = ''] = member.split(separator);
      counts.set(instance, (counts.get(instance) ?? 0) + 1);
    }
    return counts;
  }

  #key(service: string): string {
    return `${this.#prefix}:orders:${service}`;
  }
}

const separator = '|';

function memberOf(instance: string, orderId: string): string {
  return `${instance.replaceAll(separator, '')}${separator}${orderId}`;
}

// A sidecar counts its orders too, but only those that reached it.
function candidateOf(
  { instance, health, load, tags }: Instance,
  pending: ReadonlyMap<string, number>,
): Candidate {
  const weight = Number(tags['weight'] ?? 1);
  return {
    instance,
    health,
    pending: Math.max(pending.get(instance.replaceAll(separator, '')) ?? 0, load.pending ?? 0),
    weight: Number.isFinite(weight) ? weight : 1,
  };
}

function unavailable(thrown: unknown): never {
  throw redisFault(thrown);
}
