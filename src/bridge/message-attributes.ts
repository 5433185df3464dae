// What a span tells of a message, after the messaging conventions of OpenTelemetry.
import type { Attributes } from '../core/tracing/index.ts';

export interface TracedMessage {
  readonly exchange: string;
  readonly key: string;
  readonly id: string;
  readonly correlationId: string;
  readonly operation: 'send' | 'process';
}

export function messageAttributes(message: TracedMessage): Attributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': message.operation,
    'messaging.operation.name': message.operation,
    'messaging.destination.name': message.exchange,
    'messaging.rabbitmq.destination.routing_key': message.key,
    'messaging.message.id': message.id,
    'messaging.message.conversation_id': message.correlationId,
  };
}
