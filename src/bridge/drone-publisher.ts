// Publishes a drone's normalised status: the way in for whatever speaks for a drone. It keeps nothing; the next status is newer.
import { type DroneMessage, exchanges, routingKeys } from '../contracts/bus.ts';
import type { DroneStatus } from '../contracts/drones.ts';
import { envelopeVersion } from '../contracts/envelope.ts';
import { randomId } from '../contracts/ids.ts';
import { Service } from '../core/service.ts';
import { type BusDeps, Connection } from './connection.ts';
import { Publisher } from './publisher.ts';
import { assertExchanges } from './topology.ts';

/** After this a status is no news any more, ms. */
const usefulMs = 10_000;

/** Speaks for drones on the bus. */
export class DronePublisher extends Service {
  readonly #deps: BusDeps;
  readonly #connection: Connection;
  readonly #publisher: Publisher;

  constructor(deps: BusDeps, options: { readonly url: string }) {
    super({ name: 'drone-publisher', hard: false });
    this.#deps = deps;
    this.#connection = new Connection(deps, { url: options.url, name: 'swarmline drone publisher' });
    this.#connection.use((model) => assertExchanges(model));
    this.#publisher = new Publisher(
      { connection: this.#connection, clock: deps.clock },
      { appId: 'swarmline-drone' },
    );
  }

  protected async onStart(): Promise<void> {
    await this.#connection.open();
    this.release(() => this.#connection.close());
  }

  /** Resolves when RabbitMQ has it, whether or not anybody listens. @throws SwarmError BRIDGE_DOWN, PUBLISH_UNCONFIRMED */
  async publish(status: DroneStatus): Promise<void> {
    const id = randomId();
    const issuedAt = this.#deps.clock.now();
    const body: DroneMessage = {
      v: envelopeVersion,
      id,
      correlationId: id,
      causationId: null,
      issuedAt,
      deadline: issuedAt + usefulMs,
      principal: `system:drone-${status.drone}`,
      status,
    };
    await this.#publisher.publish({
      exchange: exchanges.droneStatus.name,
      key: routingKeys.droneStatus(status.drone),
      body: JSON.stringify(body),
      id,
      correlationId: id,
      type: 'drone.status',
      expirationMs: usefulMs,
    });
  }
}

/** Creates the publisher; its start does not wait for RabbitMQ. */
export function createDronePublisher(deps: BusDeps, options: { readonly url: string }): DronePublisher {
  return new DronePublisher(deps, options);
}
