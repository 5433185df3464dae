// The domain's error catalogue; the mechanism's own codes are in core/error-catalogue.ts.
import { coreErrors, type ErrorKind } from '../core/error-catalogue.ts';
import { queueErrors } from './queue-errors.ts';

export const domainErrors = {
  ...queueErrors,
  bridgeDown: {
    code: 'BRIDGE_DOWN',
    class: 'dependency',
    retryable: true,
    chat: 'RabbitMQ is not connected.',
    hint: 'Start the RabbitMQ that RABBITMQ_URL names, or mend the way to it.',
  },
  publishUnconfirmed: {
    code: 'PUBLISH_UNCONFIRMED',
    class: 'transient',
    retryable: true,
    chat: 'RabbitMQ did not confirm the message.',
    hint: 'Look with `rabbitmqctl status` for an alarm of memory or disk.',
  },
  topologyConflict: {
    code: 'TOPOLOGY_CONFLICT',
    class: 'config',
    retryable: false,
    chat: 'An exchange on RabbitMQ is not declared as Swarmline expects.',
    hint: 'Delete the exchange or queue that is named, or give Swarmline a vhost of its own.',
  },
  bridgeAuth: {
    code: 'BRIDGE_AUTH',
    class: 'auth',
    retryable: false,
    chat: 'RabbitMQ refused our login, our rights or our vhost.',
    hint: 'Give the user of RABBITMQ_URL its vhost and rights: `rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"`.',
  },
  bridgeRefused: {
    code: 'BRIDGE_REFUSED',
    class: 'bug',
    retryable: false,
    chat: 'RabbitMQ refused what we sent; the log has it.',
    hint: 'Look up the incident in the log and report it with the version of RabbitMQ.',
  },
  queueLocked: {
    code: 'QUEUE_LOCKED',
    class: 'conflict',
    retryable: true,
    chat: 'A queue on RabbitMQ belongs to another connection.',
    hint: 'Wait until the connection that holds it has ended, or close it with `rabbitmqctl close_connection`.',
  },
  topologyMissing: {
    code: 'TOPOLOGY_MISSING',
    class: 'not-found',
    retryable: false,
    chat: 'An exchange or queue on RabbitMQ is not there.',
    hint: 'Start the program that declares what is named, or correct bridge.profile.',
  },
  agentUnknown: {
    code: 'AGENT_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No such agent is configured.',
    hint: 'Add the agent to pipeline.agents, or correct its id.',
  },
  deliveryUnknown: {
    code: 'DELIVERY_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No such delivery.',
    hint: 'Take the id from the front matter of the gas file; records are kept for a while only.',
  },
  deliveryNotSent: {
    code: 'DELIVERY_NOT_SENT',
    class: 'conflict',
    retryable: false,
    chat: 'This gas has not been sent yet, so it cannot be acknowledged.',
    hint: 'Wait until the gas lies in the inbox, then acknowledge it.',
  },
  inboxUnwritable: {
    code: 'INBOX_UNWRITABLE',
    class: 'dependency',
    retryable: true,
    chat: "The agent's inbox cannot be written.",
    hint: 'Give Swarmline the right to write into the inbox that is named, and make room on its disk.',
  },
  historyInvalid: {
    code: 'HISTORY_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'A recorded history cannot be read.',
    hint: 'Mend the line of the file that is named; each is one JSON object with `at` and `raw`.',
  },
  approvalAltered: {
    code: 'APPROVAL_ALTERED',
    // Somebody did what they have no right to, and a person has to look into it.
    class: 'auth',
    retryable: false,
    chat: 'A wish that waited for a word was altered in the store, so nothing is done.',
    hint: 'Find out who else can write into Redis, and change its password.',
  },
  storeConflict: {
    code: 'STORE_CONFLICT',
    class: 'conflict',
    retryable: true,
    chat: 'Somebody else changed it at the same moment; try again.',
    hint: 'Try again; look for a second installation with the same prefix if it stays.',
  },
  recordUnreadable: {
    code: 'RECORD_UNREADABLE',
    class: 'bug',
    retryable: false,
    chat: 'A record in Redis cannot be read; the log names it.',
    hint: 'Mend or remove the record in Redis that the log names.',
  },
  chatAuth: {
    code: 'CHAT_AUTH',
    class: 'auth',
    retryable: false,
    chat: 'The chat platform refused our credentials.',
    hint: 'Check the token and the rights of the bot on that platform, then restart the component.',
  },
  chatRateLimited: {
    code: 'CHAT_RATE_LIMITED',
    class: 'rate-limited',
    retryable: true,
    chat: 'The chat platform wants us to slow down.',
    hint: 'Wait; lower the number of bots or schedules that write to that channel if it comes often.',
  },
  chatUnavailable: {
    code: 'CHAT_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'The chat platform does not answer.',
    hint: 'Look at the status page of the platform and at the network; nothing is lost, reports wait.',
  },
  chatRefused: {
    code: 'CHAT_REFUSED',
    class: 'validation',
    retryable: false,
    chat: 'The chat platform refused the message.',
    hint: 'Look in the log for what the platform named; a channel may be gone or a text too long.',
  },
  auditUnavailable: {
    code: 'AUDIT_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'The audit record cannot be written, so nothing was done.',
    hint: 'Make Redis take writes to the keys of the record, as `/readyz/audit` says; no action is taken before.',
  },
  auditBroken: {
    code: 'AUDIT_BROKEN',
    class: 'conflict',
    retryable: false,
    chat: 'The audit record is not as it was written.',
    hint: 'Save what is there with `swarmline audit export`, and find out who wrote to Redis or to the anchor.',
  },
  catalogueInvalid: {
    code: 'CATALOGUE_INVALID',
    class: 'bug',
    retryable: false,
    chat: 'The list of commands contradicts itself.',
    hint: 'Rename what the message names in src/commands/catalogue, and build again.',
  },
  unauthorised: {
    code: 'UNAUTHORISED',
    class: 'auth',
    retryable: false,
    chat: 'The token or key is missing or wrong.',
    hint: 'Send the token of the file `api-token` in the home, or a key that `swarmline api-key add` made.',
  },
  tooManyAttempts: {
    code: 'TOO_MANY_ATTEMPTS',
    class: 'rate-limited',
    retryable: true,
    chat: 'Too many keys were wrong; the next is looked at in a minute.',
    hint: 'Give the program a key that `swarmline api-key list` still names, then wait a minute.',
  },
  requestInvalid: {
    code: 'REQUEST_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'The request is not understood.',
    hint: 'Correct the request as the message says.',
  },
  routeUnknown: {
    code: 'ROUTE_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'Nothing is served there.',
    hint: 'Correct method and path of the request.',
  },
  alreadyRuns: {
    code: 'ALREADY_RUNS',
    class: 'dependency',
    retryable: false,
    chat: 'Swarmline already runs there.',
    hint: 'Stop the one that runs with `swarmline down`, or give this one a home of its own (SWARMLINE_HOME).',
  },
  platformUnreachable: {
    code: 'PLATFORM_UNREACHABLE',
    class: 'dependency',
    retryable: true,
    chat: 'Swarmline is not running.',
    hint: 'Start it with `npm start`, or let SWARMLINE_HOME name the home of the one that runs.',
  },
} as const satisfies Record<string, ErrorKind>;

/** All kinds that there are; their codes are unique. */
export const errorKinds: readonly ErrorKind[] = [
  ...Object.values<ErrorKind>(coreErrors),
  ...Object.values<ErrorKind>(domainErrors),
];

/** Codes that there were once. None may come back with another meaning: scripts and logs still know the old one. */
export const retiredCodes: readonly string[] = [];
