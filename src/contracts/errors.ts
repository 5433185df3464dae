// The domain's error catalogue; the mechanism's own codes are in core/errors.ts.
import type { ErrorKind } from '../core/errors.ts';

export const domainErrors = {
  queueUnavailable: {
    code: 'QUEUE_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'The queue does not answer, so it is unknown whether the order was taken. Confirm again: it stays one order.',
  },
  jobFailed: {
    code: 'JOB_FAILED',
    class: 'dependency',
    retryable: false,
    chat: 'A job has failed for good; the log has its reason.',
  },
  clockSkewed: {
    code: 'CLOCK_SKEWED',
    class: 'config',
    retryable: true,
    chat: "This machine's clock is wrong, so no job is run here.",
  },
  jobInvalid: {
    code: 'JOB_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'A job does not fit its schema.',
  },
  bridgeDown: {
    code: 'BRIDGE_DOWN',
    class: 'dependency',
    retryable: true,
    chat: 'RabbitMQ is not connected.',
  },
  publishUnconfirmed: {
    code: 'PUBLISH_UNCONFIRMED',
    class: 'transient',
    retryable: true,
    chat: 'RabbitMQ did not confirm the message.',
  },
  topologyConflict: {
    code: 'TOPOLOGY_CONFLICT',
    class: 'config',
    retryable: false,
    chat: 'An exchange on RabbitMQ is not declared as Swarmline expects.',
  },
  agentUnknown: {
    code: 'AGENT_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No such agent is configured.',
  },
  deliveryUnknown: {
    code: 'DELIVERY_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No such delivery.',
  },
  deliveryNotSent: {
    code: 'DELIVERY_NOT_SENT',
    class: 'conflict',
    retryable: false,
    chat: 'This gas has not been sent yet, so it cannot be acknowledged.',
  },
  inboxUnwritable: {
    code: 'INBOX_UNWRITABLE',
    class: 'dependency',
    retryable: true,
    chat: "The agent's inbox cannot be written.",
  },
  historyInvalid: {
    code: 'HISTORY_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'A recorded history cannot be read.',
  },
  storeConflict: {
    code: 'STORE_CONFLICT',
    class: 'conflict',
    retryable: true,
    chat: 'Somebody else changed it at the same moment; try again.',
  },
  recordUnreadable: {
    code: 'RECORD_UNREADABLE',
    class: 'bug',
    retryable: false,
    chat: 'A record in Redis cannot be read; the log names it.',
  },
  chatAuth: {
    code: 'CHAT_AUTH',
    class: 'auth',
    retryable: false,
    chat: 'The chat platform refused our credentials.',
  },
  chatUnavailable: {
    code: 'CHAT_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'The chat platform does not answer.',
  },
  chatRefused: {
    code: 'CHAT_REFUSED',
    class: 'validation',
    retryable: false,
    chat: 'The chat platform refused the message.',
  },
  unauthorised: {
    code: 'UNAUTHORISED',
    class: 'auth',
    retryable: false,
    chat: 'The token is missing or wrong.',
  },
  requestInvalid: {
    code: 'REQUEST_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'The request is not understood.',
  },
  routeUnknown: {
    code: 'ROUTE_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'Nothing is served there.',
  },
  platformUnreachable: {
    code: 'PLATFORM_UNREACHABLE',
    class: 'dependency',
    retryable: true,
    chat: 'Swarmline is not running.',
  },
} as const satisfies Record<string, ErrorKind>;
