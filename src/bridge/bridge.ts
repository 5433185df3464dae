// The bridge service: one connection that sends restart orders, hears what services and drones say, and keeps
// their read models. Its start does not wait for RabbitMQ, which is a soft dependency; the link tells.
import {
  deadQueue,
  droneMessageSchema,
  exchanges,
  type HubProfile,
  routingKeys,
  type ServiceEvent,
  serviceEventSchema,
} from '../contracts/bus.ts';
import type { GasAcknowledgement, GasBus, ServiceControl } from '../contracts/ports.ts';
import type { ProgressSink } from '../contracts/progress.ts';
import { type BalanceStrategy, createBalancer } from '../core/balancer.ts';
import type { Redis } from '../core/redis.ts';
import { Registry } from '../core/registry/index.ts';
import { Service } from '../core/service.ts';
import { type BusDeps, Connection } from './connection.ts';
import type { GuardMaker } from '../core/recovery/guards.ts';
import { Consumer, route } from './consumer.ts';
import { storeDroneStatus } from './drone-directory.ts';
import { hearGasAcks } from './gas-acks.ts';
import { createGasBus } from './gas-bus.ts';
import { instancesOf, registerSpeaker } from './instances.ts';
import { createOrderPublisher } from './order-publisher.ts';
import { assertDeadQueue, Poison } from './poison.ts';
import { hearProgress } from './progress-reports.ts';
import { Publisher } from './publisher.ts';
import { createServiceControl } from './restart.ts';
import { RestartRecords } from './restart-record.ts';
import { readServiceWord, storeServiceEvent } from './service-directory.ts';
import { Targets } from './targets.ts';
import { assertExchanges } from './topology.ts';

/** Ports of the bridge. */
export interface BridgeDeps extends BusDeps {
  /** A command client. */
  readonly redis: Redis;
  readonly guards: GuardMaker;
  /** Takes what agents say of their gas. Default: nobody listens for it. */
  readonly noteGasAck?: ((acknowledgement: GasAcknowledgement) => Promise<void>) | undefined;
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
  readonly gas: GasBus;
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
    connection.use((model) => assertDeadQueue(model));
    const poison = new Poison({ clock, logger, meter }, { by: `swarmline-${options.instance}` });
    const publisher = new Publisher(
      { connection, clock, meter, tracer },
      { appId: `swarmline-${options.instance}` },
    );
    this.#connection = connection;
    this.#registry = new Registry(redis, options);
    this.gas = createGasBus({ publisher, clock });
    const hearing = { connection, clock, logger, poison };
    if (deps.noteGasAck) hearGasAcks({ ...hearing, note: deps.noteGasAck }, options);
    if (deps.progress) {
      const of = { prefix: options.prefix, agents: options.reporting ?? [] };
      hearProgress({ ...hearing, meter, progress: deps.progress }, of);
    }
    this.#consumer = new Consumer({ connection, logger, meter, tracer, poison }, this.#routes());
    const records = new RestartRecords(redis, options.prefix);
    const services = { word: (name: string) => readServiceWord({ redis }, options, name) };
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
    const registering = registerSpeaker(this.#registry, event);
    if (event.leaving === true) {
      await registering;
      // One that leaves is no news of a service that others still speak for.
      if ((await instancesOf(this.#registry, event.service)).length > 0) return;
    }
    await Promise.all([registering, storeServiceEvent(this.#deps, heard, event)]);
  }

  #obstacle(): string | null {
    const { state, detail } = this.#deps.link.status();
    return state === 'up' ? null : `RabbitMQ is ${state}: ${detail}`;
  }

  #detail(): string {
    const place = `${new URL(this.#options.url).host}, profile ${this.#options.profile}`;
    return this.garbage === 0
      ? place
      : `${place}, ${this.garbage} messages not understood, see ${deadQueue.name}`;
  }
}

/** Creates the bridge. It may be asked for a restart before RabbitMQ is there: the order waits until its deadline. */
export function createBridge(deps: BridgeDeps, options: BridgeOptions): Bridge {
  return new Bridge(deps, options);
}
