// Who is there: leases in Redis, one per instance, that run out when nobody renews them. It keeps no instance alive
// itself; `Registration` does, and whoever speaks for an external program.
import type { Redis } from '../redis.ts';
import { redisFault } from '../redis-faults.ts';
import type { RedisScript } from '../redis-script.ts';
import { type Instance, type LeaseRecord, leaseRecordSchema, shapeOf } from './record.ts';
import { dropScript, listScript, putScript } from './scripts.ts';

export interface RegistryOptions {
  /** Prefix of every key, with a hash tag. */
  readonly prefix: string;
}

/** How one word on an instance is taken. */
export interface PutOptions {
  /** The lease runs out after this, ms. */
  readonly ttlMs: number;
  /** When it was said, ms on the speaker's clock: what was said before the newest word changes nothing. */
  readonly toldAt: number;
}

/** A reader forgets at most this many expired instances; the next one goes on. */
const sweepAtMost = 100;

export class Registry {
  readonly #redis: Redis;
  readonly #prefix: string;
  /** On which the name is published whenever one of its instances comes, goes or changes. */
  readonly channel: string;

  constructor(redis: Redis, { prefix }: RegistryOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.channel = `${prefix}:registry:changes`;
  }

  /** Registers or renews. Resolves to false when a newer word is held. @throws SwarmError REDIS_UNAVAILABLE */
  async put(record: LeaseRecord, { ttlMs, toldAt }: PutOptions): Promise<boolean> {
    const { name, instance } = record;
    const taken = await this.#run(
      putScript,
      [this.#lease(name, instance), this.#index(name)],
      [instance, JSON.stringify(record), shapeOf(record), toldAt, ttlMs, this.channel, name],
    );
    return taken === 1;
  }

  /** Gives the lease back at once. Resolves to whether it was held. @throws SwarmError REDIS_UNAVAILABLE */
  async drop(name: string, instance: string): Promise<boolean> {
    const keys = [this.#lease(name, instance), this.#index(name)];
    return (await this.#run(dropScript, keys, [instance, this.channel, name])) === 1;
  }

  /** The living instances of a name, oldest first; a record that cannot be read is left out. @throws SwarmError REDIS_UNAVAILABLE */
  async find(name: string): Promise<readonly Instance[]> {
    const listed = await this.#run(listScript, [this.#index(name)], [sweepAtMost, this.channel, name]);
    const instances = Array.isArray(listed) ? listed.map(String) : [];
    if (instances.length === 0) return [];
    const batch = this.#redis.pipeline();
    for (const instance of instances) batch.hmget(this.#lease(name, instance), 'record', 'first', 'seen');
    const answers = await batch.exec().catch(unavailable);
    return (answers ?? [])
      .flatMap(([error, fields]) => (error ? unavailable(error) : toInstance(fields)))
      .toSorted((a, b) => a.startedAt - b.startedAt || (a.instance < b.instance ? -1 : 1));
  }

  async #run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    return script(this.#redis, keys, args).catch(unavailable);
  }

  #lease(name: string, instance: string): string {
    return `${this.#prefix}:registry:lease:${name}:${instance}`;
  }

  #index(name: string): string {
    return `${this.#prefix}:registry:index:${name}`;
  }
}

// A lease may run out between the list and its reading.
function toInstance(fields: unknown): Instance[] {
  if (!Array.isArray(fields) || typeof fields[0] !== 'string') return [];
  const [text, first, seen] = fields;
  const record = leaseRecordSchema.safeParse(parseJson(text));
  return record.success ? [{ ...record.data, firstSeenAt: Number(first), seenAt: Number(seen) }] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unavailable(thrown: unknown): never {
  throw redisFault(thrown);
}
