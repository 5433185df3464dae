// Orders go out through a guard: while RabbitMQ blocks publishers, or has not confirmed several in a row, nothing is sent
// and whoever asks learns that at once, instead of waiting for a confirm that does not come. Sidecars and drones, whose
// messages must keep their order, publish without it.
import { coreErrors, type ErrorKind, SwarmError } from '../core/errors.ts';
import type { Guard } from '../core/recovery/guard.ts';
import type { GuardMaker } from '../core/recovery/guards.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Connection } from './connection.ts';
import type { BusMessage, Publisher, Routing } from './publisher.ts';

/** The part of a publisher that sends. */
export type OrderPublisher = Pick<Publisher, 'publish'>;

export interface OrderPublisherDeps {
  readonly publisher: OrderPublisher;
  readonly connection: Pick<Connection, 'isBlocked' | 'onChange'>;
  readonly guards: GuardMaker;
}

// The publisher has its own deadline for a confirm. Whoever orders asks again itself, and knows when that is safe.
const guardOptions = {
  name: 'rabbitmq-orders',
  retries: 0,
  timeoutMs: null,
  atOnce: 100,
  refusesForMs: 5_000,
};

// The guard called nothing.
const unsent: readonly ErrorKind[] = [coreErrors.circuitOpen, coreErrors.bulkheadFull];

/** Wraps a publisher; `publish` throws as the publisher's own does. */
export function createOrderPublisher({ publisher, connection, guards }: OrderPublisherDeps): OrderPublisher {
  const guard = guards.guard(guardOptions);
  connection.onChange(() => follow(connection.isBlocked, guard));
  return {
    publish: async (message: BusMessage): Promise<Routing> => {
      try {
        return await guard.run(() => publisher.publish(message));
      } catch (thrown) {
        if (!(thrown instanceof SwarmError) || !unsent.includes(thrown.kind)) throw thrown;
        throw new SwarmError(domainErrors.bridgeDown, thrown.message, { cause: thrown });
      }
    },
  };
}

function follow(blocked: boolean, guard: Guard): void {
  void (blocked ? guard.hold() : guard.letGo());
}
