// The one error class and the codes of the mechanism layer. A fault is thrown as SwarmError;
// a refusal (denied, unknown, unconfirmed) is a returned value and has no place here.

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
}

export const coreErrors = {
  configInvalid: {
    code: 'CONFIG_INVALID',
    class: 'config',
    retryable: false,
    chat: 'The configuration is not valid.',
  },
  redisUnavailable: {
    code: 'REDIS_UNAVAILABLE',
    class: 'dependency',
    retryable: true,
    chat: 'Redis does not answer, so nothing is known right now.',
  },
  redisUnfit: {
    code: 'REDIS_UNFIT',
    class: 'config',
    retryable: false,
    chat: 'Redis is not set up so that orders are safe in it.',
  },
  serverMissing: {
    code: 'SERVER_MISSING',
    class: 'dependency',
    retryable: false,
    chat: 'A server program is not installed.',
  },
  serverFailed: {
    code: 'SERVER_FAILED',
    class: 'dependency',
    retryable: true,
    chat: 'A server program did not start.',
  },
  startTimedOut: {
    code: 'START_TIMED_OUT',
    class: 'transient',
    retryable: true,
    chat: 'A part of Swarmline did not start in time.',
  },
  stopTimedOut: {
    code: 'STOP_TIMED_OUT',
    class: 'transient',
    retryable: false,
    chat: 'A part of Swarmline did not stop in time.',
  },
  illegalTransition: {
    code: 'ILLEGAL_TRANSITION',
    class: 'bug',
    retryable: false,
    chat: 'An internal fault; the log has it.',
  },
  dependencyCycle: {
    code: 'DEPENDENCY_CYCLE',
    class: 'bug',
    retryable: false,
    chat: 'Parts of Swarmline depend on each other in a circle.',
  },
  dependencyMissing: {
    code: 'DEPENDENCY_MISSING',
    class: 'bug',
    retryable: false,
    chat: 'A part of Swarmline depends on one that is not there.',
  },
  componentUnknown: {
    code: 'COMPONENT_UNKNOWN',
    class: 'not-found',
    retryable: false,
    chat: 'No part of Swarmline has that name.',
  },
  fenced: {
    code: 'FENCED',
    class: 'conflict',
    retryable: true,
    chat: 'Another process of Swarmline has taken over.',
  },
  callTimedOut: {
    code: 'CALL_TIMED_OUT',
    class: 'dependency',
    retryable: true,
    chat: 'It did not answer in time.',
  },
  circuitOpen: {
    code: 'CIRCUIT_OPEN',
    class: 'dependency',
    retryable: true,
    chat: 'It failed several times in a row, so it is left alone for a moment.',
  },
  bulkheadFull: {
    code: 'BULKHEAD_FULL',
    class: 'transient',
    retryable: true,
    chat: 'Too many calls wait for it already.',
  },
  alertUndelivered: {
    code: 'ALERT_UNDELIVERED',
    class: 'dependency',
    retryable: true,
    chat: 'An alert did not get through on one of its ways.',
  },
  alertLimited: {
    code: 'ALERT_LIMITED',
    class: 'rate-limited',
    retryable: true,
    chat: 'The receiver of alerts takes no more for a moment.',
  },
  alertRefused: {
    code: 'ALERT_REFUSED',
    class: 'config',
    retryable: false,
    chat: 'The receiver of alerts refuses them.',
  },
  aborted: { code: 'ABORTED', class: 'transient', retryable: true, chat: 'It was stopped before it ended.' },
  unexpected: {
    code: 'UNEXPECTED',
    class: 'bug',
    retryable: false,
    chat: 'An unexpected fault; the log has it.',
  },
} as const satisfies Record<string, ErrorKind>;

/** The only error that Swarmline throws. `message` is for operators, `kind.chat` for people in chat. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  readonly kind: ErrorKind;
  /** How long the far side wants to be left alone, ms; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterMs?: number },
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfterMs = options?.retryAfterMs;
  }

  get code(): string {
    return this.kind.code;
  }

  get retryable(): boolean {
    return this.kind.retryable;
  }
}

/** Converts what a `catch` received, once, at the edge. An existing SwarmError passes through. */
export function toSwarmError(thrown: unknown, kind: ErrorKind = coreErrors.unexpected): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  return new SwarmError(kind, errorText(thrown), { cause: thrown });
}

/** The readable text of anything that can be thrown; some libraries reject with plain strings. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') {
    return thrown.errors.map(errorText).join('; ');
  }
  if (thrown instanceof Error) return thrown.message || thrown.name;
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    // a circle, a BigInt
    return String(thrown);
  }
}
