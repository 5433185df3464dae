// Gas on the bus: publishes it to whoever bound a queue to its receiver's key. It keeps and repeats nothing: a job does.
import { exchanges, type GasMessage, routingKeys } from '../contracts/bus.ts';
import { envelopeVersion } from '../contracts/envelope.ts';
import type { GasBus } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Publisher } from './publisher.ts';

export interface GasBusDeps {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly clock: Clock;
}

/** Gas is of use until the delivery expires, which its receiver does not know; a day is the default there. */
const usefulMs = 86_400_000;

/** The same gas is the same message id, however often it is sent. */
export function createGasBus({ publisher, clock }: GasBusDeps): GasBus {
  const { name: exchange } = exchanges.agentGas;
  return {
    send: async (gas) => {
      const issuedAt = clock.now();
      const body: GasMessage = {
        v: envelopeVersion,
        id: gas.id,
        correlationId: gas.id,
        causationId: null,
        issuedAt,
        deadline: issuedAt + usefulMs,
        principal: 'system:pipeline',
        gas,
      };
      const key = routingKeys.agentGas(gas.to);
      const routing = await publisher.publish({
        ...{ exchange, key, id: gas.id, correlationId: gas.id, type: 'gas' },
        body: JSON.stringify(body),
      });
      return { routing, where: `${exchange} ${key}` };
    },
  };
}
