// What a span tells of a job, after the messaging conventions of OpenTelemetry; BullMQ has no name of its own there.
import type { Attributes } from '../core/tracing/index.ts';

export interface TracedJob {
  readonly name: string;
  readonly id: string;
  readonly correlationId: string;
  readonly queue: string;
  readonly operation: 'send' | 'process';
}

export function jobAttributes({ name, id, correlationId, queue, operation }: TracedJob): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
    'messaging.message.conversation_id': correlationId,
    'swarmline.job': name,
  };
}
