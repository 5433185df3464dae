// Resets a component in whichever processes have it: its own at once, the others over Redis pub/sub, each answering for
// itself. Pub/sub is right here: an order that nobody hears must not be carried out hours later.
import {
  type ComponentMessage,
  componentMessageSchema,
  type ProcessReset,
  type ResetAnswer,
} from '../contracts/components.ts';
import { randomId } from '../contracts/ids.ts';
import type { ComponentResetter } from '../contracts/ports.ts';
import type { ProcessView } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { closeRedis, createBlockingRedis, type Redis } from '../core/redis.ts';
import { Service } from '../core/service.ts';

export interface ComponentResetsDeps {
  /** A command client. */
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What this process says of itself, its components among it. */
  readonly view: () => ProcessView;
  /** All processes that have spoken within seconds. */
  readonly processes: () => Promise<readonly ProcessView[]>;
  /** Resets a component of this process; rejects with what its start met. */
  readonly reset: (component: string) => Promise<boolean>;
}

export interface ComponentResetsOptions {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** How long a reset waits to see whether the component starts; after that it answers with the state as it is then, ms. */
const seeStartMs = 3_000;
/** How long the other processes are waited for, ms. */
const patienceMs = 5_000;

export class ComponentResets extends Service implements ComponentResetter {
  readonly #deps: ComponentResetsDeps;
  readonly #options: ComponentResetsOptions;
  readonly #channel: string;
  readonly #asked = new Map<string, (instance: string, done: ProcessReset | null) => void>();

  constructor(deps: ComponentResetsDeps, options: ComponentResetsOptions) {
    super({ name: 'component-resets', dependsOn: ['redis'], hard: false });
    this.#deps = deps;
    this.#options = options;
    this.#channel = `${options.prefix}:components`;
  }

  protected async onStart(): Promise<void> {
    const ear = createBlockingRedis({ url: this.#options.redisUrl, name: 'swarmline:components' });
    this.release(() => closeRedis(ear));
    ear.on('message', (_channel, text) => {
      this.#hear(text).catch((thrown: unknown) =>
        this.#deps.logger.warn(
          { error: errorText(thrown) },
          'a word about a component could not be answered',
        ),
      );
    });
    await ear.subscribe(this.#channel);
  }

  /** Never rejects for a process that is silent or a Redis that is away; the answer says so. */
  async reset(component: string): Promise<ResetAnswer> {
    const [own, others] = await Promise.all([this.#resetOwn(component), this.#askOthers(component)]);
    const known = [...others.known, ...this.#deps.view().components.map(({ name }) => name)];
    return {
      component,
      processes: [...(own ? [own] : []), ...others.done],
      silent: others.silent,
      unasked: others.unasked,
      known: [...new Set(known)].toSorted(),
    };
  }

  async #resetOwn(component: string): Promise<ProcessReset | null> {
    const { view, reset, clock } = this.#deps;
    const find = () => view().components.find(({ name }) => name === component);
    const before = find();
    if (!before) return null;
    if (before.braked) {
      const seen = new AbortController();
      const starting = reset(component).catch(() => undefined);
      await Promise.race([starting, clock.sleep(seeStartMs, seen.signal).catch(() => undefined)]);
      seen.abort();
    }
    const { state, error } = find() ?? before;
    const { pid, roles } = view();
    const outcome = before.braked ? 'reset' : 'not-braked';
    return { pid, roles, outcome, state, error: state === 'failed' ? error : null };
  }

  async #askOthers(component: string) {
    const nobody = { done: [], silent: [], known: [] };
    try {
      const self = this.#deps.view().instance;
      const others = (await this.#deps.processes()).filter(({ instance }) => instance !== self);
      if (others.length === 0) return { ...nobody, unasked: null };
      if (this.state !== 'ready') return { ...nobody, unasked: 'this process does not hear the others now' };
      const answers = await this.#collect(component, others);
      const silent = others.filter(({ instance }) => !answers.has(instance));
      return {
        done: [...answers.values()].flatMap((done) => done ?? []),
        silent: silent.map(({ pid, roles }) => ({ pid, roles })),
        known: others.flatMap(({ components }) => components.map(({ name }) => name)),
        unasked: null,
      };
    } catch (thrown) {
      return { ...nobody, unasked: `Redis does not answer (${errorText(thrown)})` };
    }
  }

  async #collect(
    component: string,
    others: readonly ProcessView[],
  ): Promise<ReadonlyMap<string, ProcessReset | null>> {
    const id = randomId();
    const answers = new Map<string, ProcessReset | null>();
    const all = new AbortController();
    this.#asked.set(id, (instance, done) => {
      answers.set(instance, done);
      if (others.every((other) => answers.has(other.instance))) all.abort();
    });
    try {
      await this.#say({ kind: 'reset', id, component, from: this.#deps.view().instance });
      await this.#deps.clock.sleep(patienceMs, all.signal).catch(() => undefined);
    } finally {
      this.#asked.delete(id);
    }
    return answers;
  }

  async #hear(text: string): Promise<void> {
    const message = componentMessageSchema.parse(JSON.parse(text));
    if (message.kind === 'answer') {
      this.#asked.get(message.id)?.(message.instance, message.done);
      return;
    }
    const { instance } = this.#deps.view();
    if (message.from === instance) return;
    const done = await this.#resetOwn(message.component);
    await this.#say({ kind: 'answer', id: message.id, instance, done });
  }

  async #say(message: ComponentMessage): Promise<void> {
    await this.#deps.redis.publish(this.#channel, JSON.stringify(message));
  }
}
