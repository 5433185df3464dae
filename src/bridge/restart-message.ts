// A restart order as it goes over the bus. Pure.
import { exchanges, type RestartMessage, routingKeys } from '../contracts/bus.ts';
import { envelopeVersion } from '../contracts/envelope.ts';
import type { RestartOrder } from '../contracts/services.ts';
import type { BusMessage } from './publisher.ts';

/** `expirationMs`: what is left until nobody may carry it out any more. */
export function restartMessage(
  { id, correlationId, service, mode, reason, principal, issuedAt, deadline }: RestartOrder,
  {
    instance,
    traceparent,
    expirationMs,
  }: {
    readonly instance: string | undefined;
    readonly traceparent: string | undefined;
    readonly expirationMs: number;
  },
): BusMessage {
  const body: RestartMessage = {
    v: envelopeVersion,
    ...{ id, correlationId, causationId: null, issuedAt, deadline, principal },
    ...{ service, mode, reason },
    ...(instance !== undefined && { instance }),
    traceparent,
  };
  return {
    exchange: exchanges.control.name,
    key: routingKeys.restart(service),
    body: JSON.stringify(body),
    id,
    correlationId,
    type: 'service.restart',
    expirationMs,
  };
}
