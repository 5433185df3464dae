// The bridge service: one connection that sends restart orders, hears what services and drones say, and keeps
// their read models. Its start does not wait for RabbitMQ, which is a soft dependency; the link tells.
import {
  droneMessageSchema,
  exchanges,
  type HubProfile,
  routingKeys,
  type ServiceEvent,
  serviceEventSchema,
} from '../contracts/bus.ts';
import type { ServiceControl } from '../contracts/ports.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import { type BalanceStrategy, createBalancer } from '../core/balancer.ts';
import type { Redis } from '../core/redis.ts';
import { Registry } from '../core/registry/index.ts';
import { Service } from '../core/service.ts';
import { type BusDeps, Connection } from './connection.ts';
import type { GuardMaker } from '../core/recovery/guards.ts';
import { Consumer, route } from './consumer.ts';
import { storeDroneStatus } from './drone-directory.ts';
import { instancesOf, registerSpeaker } from './instances.ts';
import { createOrderPublisher } from './order-publisher.ts';
import { hearProgress } from './progress-reports.ts';
import { Publisher } from './publisher.ts';
import { createServiceControl } from './restart.ts';
import { RestartRecords } from './restart-record.ts';
import { createServiceDirectory, storeServiceEvent } from './service-directory.ts';
import { Targets } from './targets.ts';
import { assertExchanges } from './topology.ts';

/** Ports of the bridge. */
export interface BridgeDeps extends BusDeps {
  /** A command client. */
  readonly redis: Redis;
  readonly guards: GuardMaker;
  /** Takes what agents tell of their progress. Default: nobody listens for it. */
  readonly progress?: ProgressSink | undefined;
}

/** Where RabbitMQ is, and how the hub behind it is spoken to. */
export interface BridgeOptions {
  /** RabbitMQ, `amqp://…`. */
  readonly url: string;
  readonly profile: HubProfile;
  /** How one of several instances of a service is chosen; default `least-pending`. */
  readonly balance?: BalanceStrategy;
  /** Whose progress is heard; default nobody's. */
  readonly reporting?: readonly string[];
  /** Prefix of every Redis key. */
  readonly prefix: string;
  /** Which process of Swarmline this is. */
  readonly instance: string;
}

/** The running bridge: `control` restarts services; sidecars are heard through `listen`. */
export class Bridge extends Service {
  readonly control: ServiceControl;
  readonly #deps: BridgeDeps;
  readonly #options: BridgeOptions;
  readonly #connection: Connection;
  readonly #consumer: Consumer;
  readonly #registry: Registry;
  readonly #listeners = new Set<(event: ServiceEvent) => void>();

  constructor(deps: BridgeDeps, options: BridgeOptions) {
    super({ name: 'bridge', hard: false });
    this.#deps = deps;
    this.#options = options;
    const { clock, logger, redis, guards, meter, tracer } = deps;
    const connection = new Connection(deps, {
      url: options.url,
      name: `swarmline bridge ${options.instance}`,
      detail: () => this.#detail(),
    });
    connection.use((model) => assertExchanges(model));
    const publisher = new Publisher(
      { connection, clock, meter, tracer },
      { appId: `swarmline-${options.instance}` },
    );
    this.#connection = connection;
    this.#registry = new Registry(redis, options);
    this.#consumer = new Consumer({ connection, logger, meter, tracer }, this.#routes());
    if (deps.progress) {
      const { progress } = deps;
      const hears = { prefix: options.prefix, agents: options.reporting ?? [] };
      hearProgress({ connection, publisher, progress, clock, logger, meter }, hears);
    }
    const records = new RestartRecords(redis, options.prefix);
    const services = createServiceDirectory({ redis }, options);
    const choose = createBalancer({ strategy: options.balance ?? 'least-pending' });
    const targets = new Targets({ registry: this.#registry, redis, clock, choose }, options);
    this.control = {
      ...createServiceControl(
        {
          publisher: createOrderPublisher({ publisher, connection, guards }),
          ...{ connection, clock, events: this, records, services, targets, tracer },
        },
        { profile: options.profile },
      ),
      obstacle: () => this.#obstacle(),
    };
  }

  /** How many messages on the bus did not fit their schema since the start. */
  get garbage(): number {
    return this.#consumer.garbage;
  }

  /** Tells of every service event heard. Returns how to stop listening. */
  listen(listener: (event: ServiceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected async onStart(): Promise<void> {
    await this.#connection.open();
    this.release(() => this.#connection.close());
  }

  #routes() {
    const { serviceEvents, droneStatus } = exchanges;
    const heard = () => ({ prefix: this.#options.prefix, seenAt: this.#deps.clock.now() });
    return [
      route(
        { exchange: serviceEvents.name, keys: [routingKeys.anyServiceEvent] },
        serviceEventSchema,
        (event) => {
          // A restart under way must hear its answer also while Redis is away.
          for (const listener of this.#listeners) listener(event);
          return this.#store(event, heard());
        },
      ),
      route(
        { exchange: droneStatus.name, keys: [routingKeys.anyDroneStatus] },
        droneMessageSchema,
        ({ status }) => storeDroneStatus(this.#deps, heard(), status),
      ),
    ];
  }

  async #store(
    event: ServiceEvent,
    heard: { readonly prefix: string; readonly seenAt: number },
  ): Promise<void> {
    await registerSpeaker(this.#registry, event);
    // One that leaves is no news of a service that others still speak for.
    if (event.leaving === true && (await instancesOf(this.#registry, event.service)).length > 0) return;
    await storeServiceEvent(this.#deps, heard, event);
  }

  #obstacle(): string | null {
    const { state, detail } = this.#deps.link.status();
    return state === 'up' ? null : `RabbitMQ is ${state}: ${detail}`;
  }

  #detail(): string {
    const place = `${new URL(this.#options.url).host}, profile ${this.#options.profile}`;
    return this.garbage === 0 ? place : `${place}, ${this.garbage} messages not understood`;
  }
}

/** Creates the bridge. It may be asked for a restart before RabbitMQ is there: the order waits until its deadline. */
export function createBridge(deps: BridgeDeps, options: BridgeOptions): Bridge {
  return new Bridge(deps, options);
}
