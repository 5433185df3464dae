// The codes of the mechanism layer: what each fault is, whether a retry can mend it, and what people are told of it.
// The domain has a catalogue of its own; docs/errors.md shows both.

/** How a fault may be treated. Retry looks at `retryable` of the kind, nowhere else. */
export type ErrorClass =
  | 'transient'
  | 'rate-limited'
  | 'auth'
  | 'config'
  | 'validation'
  | 'dependency'
  | 'conflict'
  | 'not-found'
  | 'bug';

/** One row of an error catalogue. */
export interface ErrorKind {
  /** Stable code, printed to people and never reused. */
  readonly code: string;
  readonly class: ErrorClass;
  readonly retryable: boolean;
  /** What a person in chat may read; free of internals. */
  readonly chat: string;
  /** What an operator does about it, one imperative sentence. */
  readonly hint: string;
}

export const coreErrors = {
  configInvalid: {
    code: 'CONFIG_INVALID',
    class: 'config',
    retryable: false,
    chat: 'The configuration is not valid.',
    hint: 'Run `swarmline config check FILE` and mend what it names.',
  },
  redisUnavailable: {
    code: 'REDIS_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'Redis does not answer, so nothing is known right now.',
    hint: 'Start the Redis that REDIS_URL names, or mend the way to it.',
  },
  redisUnfit: {
    code: 'REDIS_UNFIT',
    class: 'config',
    retryable: false,
    chat: 'Redis is not set up so that orders are safe in it.',
    hint: 'Run `swarmline doctor` and change the settings of Redis that it names.',
  },
  redisFull: {
    code: 'REDIS_FULL',
    class: 'dependency',
    retryable: true,
    chat: 'Redis has no memory left and takes no orders.',
    hint: 'Raise maxmemory of Redis, or remove what fills it.',
  },
  redisCannotSave: {
    code: 'REDIS_CANNOT_SAVE',
    class: 'dependency',
    retryable: true,
    chat: 'Redis cannot write to its disk and takes no orders.',
    hint: "Make room on the disk of Redis' dir and look into its log.",
  },
  redisReadOnly: {
    code: 'REDIS_READ_ONLY',
    class: 'dependency',
    retryable: true,
    chat: 'Redis takes no writes at present.',
    hint: 'Let REDIS_URL name the primary, or bring its replicas back.',
  },
  redisBusy: {
    code: 'REDIS_BUSY',
    class: 'transient',
    retryable: true,
    chat: 'Redis is busy and will answer in a while.',
    hint: 'Wait until Redis has loaded its data; end a script that hangs with `redis-cli script kill`.',
  },
  redisAuth: {
    code: 'REDIS_AUTH',
    class: 'auth',
    retryable: false,
    chat: 'Redis refused our credentials.',
    hint: 'Put a user and a password that Redis takes into REDIS_URL, with the rights to all keys and commands.',
  },
  redisRefused: {
    code: 'REDIS_REFUSED',
    class: 'bug',
    retryable: false,
    chat: 'Redis refused a command; the log has it.',
    hint: 'Look whether another program writes under the same prefix, and report the incident if none does.',
  },
  serverMissing: {
    code: 'SERVER_MISSING',
    class: 'dependency',
    retryable: false,
    chat: 'A server that is needed is not there.',
    hint: 'Install the program or start the platform that is named, or let REDIS_URL and RABBITMQ_URL name running servers.',
  },
  serverFailed: {
    code: 'SERVER_FAILED',
    class: 'dependency',
    retryable: true,
    chat: 'A server program did not start.',
    hint: 'Read server.log in the data folder of the server that is named.',
  },
  startTimedOut: {
    code: 'START_TIMED_OUT',
    class: 'transient',
    retryable: true,
    chat: 'A part of Swarmline did not start in time.',
    hint: 'Look in the log for what the part that is named waits for.',
  },
  stopTimedOut: {
    code: 'STOP_TIMED_OUT',
    class: 'transient',
    retryable: false,
    chat: 'A part of Swarmline did not stop in time.',
    hint: 'Look with `swarmline ps` whether a process is left, and end it.',
  },
  illegalTransition: {
    code: 'ILLEGAL_TRANSITION',
    class: 'bug',
    retryable: false,
    chat: 'An internal fault; the log has it.',
    hint: 'Report the incident with its lines of the log.',
  },
  dependencyCycle: {
    code: 'DEPENDENCY_CYCLE',
    class: 'bug',
    retryable: false,
    chat: 'Parts of Swarmline depend on each other in a circle.',
    hint: 'Report it with the path that the message shows.',
  },
  dependencyMissing: {
    code: 'DEPENDENCY_MISSING',
    class: 'bug',
    retryable: false,
    chat: 'A part of Swarmline depends on one that is not there.',
    hint: 'Report it with the roles that the process was started with.',
  },
  componentUnknown: {
    code: 'COMPONENT_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No part of Swarmline has that name.',
    hint: 'Use one of the names that the message lists.',
  },
  fenced: {
    code: 'FENCED',
    class: 'conflict',
    retryable: true,
    chat: 'Another process of Swarmline has taken over.',
    hint: 'Nothing, unless it repeats: then two processes take a singleton from each other; look for one that stalls.',
  },
  callTimedOut: {
    code: 'CALL_TIMED_OUT',
    class: 'dependency',
    retryable: true,
    chat: 'It did not answer in time.',
    hint: 'Look at the far side that the message names, and at the way to it.',
  },
  circuitOpen: {
    code: 'CIRCUIT_OPEN',
    class: 'dependency',
    retryable: true,
    chat: 'It failed several times in a row, so it is left alone for a moment.',
    hint: 'Mend the far side that `status` names; the circuit closes by itself.',
  },
  bulkheadFull: {
    code: 'BULKHEAD_FULL',
    class: 'transient',
    retryable: true,
    chat: 'Too many calls wait for it already.',
    hint: 'Find out why the far side is slow; what was refused is tried again.',
  },
  alertUndelivered: {
    code: 'ALERT_UNDELIVERED',
    class: 'dependency',
    retryable: true,
    chat: 'An alert did not get through on one of its ways.',
    hint: 'Mend the way that the log names; the other ways have told it.',
  },
  alertLimited: {
    code: 'ALERT_LIMITED',
    class: 'rate-limited',
    retryable: true,
    chat: 'The receiver of alerts takes no more for a moment.',
    hint: 'Nothing; it is told again when the receiver takes more.',
  },
  alertRefused: {
    code: 'ALERT_REFUSED',
    class: 'config',
    retryable: false,
    chat: 'The receiver of alerts refuses them.',
    hint: 'Mend ALERTS_WEBHOOK_URL: the receiver answered that it does not want what it gets.',
  },
  aborted: {
    code: 'ABORTED',
    class: 'transient',
    retryable: true,
    chat: 'It was stopped before it ended.',
    hint: 'Ask again, unless you stopped it yourself.',
  },
  timedOut: {
    code: 'TIMED_OUT',
    class: 'transient',
    retryable: true,
    chat: 'The answer did not come in time.',
    hint: 'Look whether the far side that is named is overloaded, or the network to it is.',
  },
  unreachable: {
    code: 'UNREACHABLE',
    class: 'dependency',
    retryable: true,
    chat: 'Nobody answers there.',
    hint: 'Start what should listen at the address that is named, or correct the address.',
  },
  connectionLost: {
    code: 'CONNECTION_LOST',
    class: 'transient',
    retryable: true,
    chat: 'The connection broke.',
    hint: 'Look in the log of the far side for why it closed the connection, if this comes often.',
  },
  tlsRefused: {
    code: 'TLS_REFUSED',
    class: 'config',
    retryable: false,
    chat: 'No secure connection could be made.',
    hint: 'Renew the certificate of the far side, or let NODE_EXTRA_CA_CERTS name the authority that signed it.',
  },
  diskFull: {
    code: 'DISK_FULL',
    class: 'dependency',
    retryable: true,
    chat: 'A disk is full.',
    hint: 'Make room on the disk that holds the path that is named.',
  },
  resourcesExhausted: {
    code: 'RESOURCES_EXHAUSTED',
    class: 'transient',
    retryable: true,
    chat: 'This machine has nothing left to work with for the moment.',
    hint: 'Raise the limit that is named (open files: `ulimit -n`), or end what uses it up.',
  },
  portInUse: {
    code: 'PORT_IN_USE',
    class: 'config',
    retryable: false,
    chat: 'A port that Swarmline needs is taken.',
    hint: 'Stop what holds the port (`ss -ltnp` names it), or configure another one.',
  },
  permissionDenied: {
    code: 'PERMISSION_DENIED',
    class: 'auth',
    retryable: false,
    chat: 'The operating system does not allow it.',
    hint: 'Give the user that Swarmline runs as the right to the path or port that is named.',
  },
  fileMissing: {
    code: 'FILE_MISSING',
    class: 'not-found',
    retryable: false,
    chat: 'A file is not there.',
    hint: 'Create the file that is named, or correct its path.',
  },
  fileExists: {
    code: 'FILE_EXISTS',
    class: 'conflict',
    retryable: false,
    chat: 'Something with that name is there already.',
    hint: 'Move what lies at the path that is named out of the way.',
  },
  pathInvalid: {
    code: 'PATH_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'A path cannot be used.',
    hint: 'Correct the path: a folder stands where a file is expected, or the other way round.',
  },
  inputInvalid: {
    code: 'INPUT_INVALID',
    class: 'validation',
    retryable: false,
    chat: 'What came in is not understood.',
    hint: 'Compare what the far side sends with what the message says was expected.',
  },
  unexpected: {
    code: 'UNEXPECTED',
    class: 'bug',
    retryable: false,
    chat: 'An unexpected fault; the log has it.',
    hint: 'Look up the incident in the log and report it with its lines.',
  },
} as const satisfies Record<string, ErrorKind>;
