// Tells of instances that come, go or change. A word on the channel says that there is something to read, and a slow
// look with jitter finds what no word told (a lease that ran out, a word that was lost); so a quiet fleet costs next to nothing.
import type { Clock } from '../clock.ts';
import { errorText } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { closeRedis, createBlockingRedis } from '../redis.ts';
import { Service } from '../service.ts';
import { createStop } from '../stop.ts';
import { type Instance, shapeOf } from './record.ts';
import type { Registry } from './registry.ts';

/** What a listener is told: all that are there, and what is new since the last time; first everything is new. */
export interface Change {
  readonly instances: readonly Instance[];
  readonly joined: readonly Instance[];
  readonly changed: readonly Instance[];
  readonly left: readonly Instance[];
}

export interface RegistryWatchDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Source of randomness in [0, 1); default Math.random. */
  readonly random?: () => number;
}

export interface RegistryWatchOptions {
  /** Of the component. */
  readonly name: string;
  readonly redisUrl: string;
  /** Default 5,000 ms; half as much again is added at random, so that a fleet does not look in step. */
  readonly reconcileMs?: number;
  /** Whether listeners are told of each look that Redis answered, also where nothing is new; default false. */
  readonly everyLook?: boolean;
}

/** Changes that come within this time are read once, ms. */
const gatherMs = 50;

interface Watched {
  readonly listeners: Set<(change: Change) => void>;
  known: ReadonlyMap<string, Instance> | null;
  wake: AbortController;
}

export class RegistryWatch extends Service {
  readonly #deps: RegistryWatchDeps;
  readonly #options: RegistryWatchOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(deps: RegistryWatchDeps, options: RegistryWatchOptions) {
    super({ name: options.name, dependsOn: ['redis'], hard: false });
    this.#deps = deps;
    this.#options = options;
  }

  /** To be called before the start. */
  watch(name: string, listener: (change: Change) => void): void {
    const watched = this.#watched.get(name) ?? { listeners: new Set(), known: null, wake: createStop() };
    this.#watched.set(name, watched);
    watched.listeners.add(listener);
  }

  protected async onStart(): Promise<void> {
    const ear = createBlockingRedis({ url: this.#options.redisUrl, name: `swarmline:${this.name}` });
    this.release(() => closeRedis(ear));
    ear.on('message', (_channel, name: string) => this.#watched.get(name)?.wake.abort());
    await ear.subscribe(this.#deps.registry.channel);
    const stop = createStop();
    const watching = [...this.#watched].map(([name, watched]) => this.#follow(name, watched, stop.signal));
    this.release(async () => {
      stop.abort();
      await Promise.all(watching);
    });
  }

  async #follow(name: string, watched: Watched, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.#deps;
    const { reconcileMs = 5_000 } = this.#options;
    while (!signal.aborted) {
      // Made before the reading: what changes meanwhile is read again.
      watched.wake = createStop();
      await this.#look(name, watched);
      const either = AbortSignal.any([signal, watched.wake.signal]);
      await clock.sleep(reconcileMs * (1 + random() / 2), either).catch(() => undefined);
      if (watched.wake.signal.aborted) await clock.sleep(gatherMs, signal).catch(() => undefined);
    }
  }

  async #look(name: string, watched: Watched): Promise<void> {
    const { registry, logger } = this.#deps;
    try {
      const instances = await registry.find(name);
      const change = difference(watched.known, instances);
      const first = watched.known === null;
      watched.known = new Map(instances.map((it) => [it.instance, it]));
      const idle = !first && change.joined.length + change.changed.length + change.left.length === 0;
      if (idle && this.#options.everyLook !== true) return;
      for (const listener of watched.listeners) listener(change);
    } catch (thrown) {
      // What was known stays; the next look tells what came of it.
      logger.debug({ name, error: errorText(thrown) }, 'the registry could not be read');
    }
  }
}

function difference(known: Watched['known'], instances: readonly Instance[]): Change {
  const before = known ?? new Map<string, Instance>();
  const here = new Set(instances.map(({ instance }) => instance));
  return {
    instances,
    joined: instances.filter(({ instance }) => !before.has(instance)),
    changed: instances.filter((it) => {
      const old = before.get(it.instance);
      return old !== undefined && shapeOf(recordOf(old)) !== shapeOf(recordOf(it));
    }),
    left: [...before.values()].filter(({ instance }) => !here.has(instance)),
  };
}

function recordOf({ firstSeenAt: _first, seenAt: _seen, ...record }: Instance) {
  return record;
}
