// The one error class, and what can be made of whatever a `catch` received. A fault is thrown as SwarmError;
// a refusal (denied, unknown, unconfirmed) is a returned value and has no place here.
import { coreErrors, type ErrorKind } from './error-catalogue.ts';
import { systemKind } from './system-faults.ts';

export { coreErrors, type ErrorClass, type ErrorKind } from './error-catalogue.ts';

export interface SwarmErrorOptions {
  readonly cause?: unknown;
  /** How long whoever refused it wants to be left alone, ms, where it said so. */
  readonly retryAfterMs?: number | undefined;
}

/** The only error that Swarmline throws. `message` is for operators, `kind.chat` for people in chat. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  readonly kind: ErrorKind;
  /** How long the far side wants to be left alone, ms from when it was thrown; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, message: string, options: SwarmErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }

  get code(): string {
    return this.kind.code;
  }

  get retryable(): boolean {
    return this.kind.retryable;
  }
}

/** Where the runbook has what an operator does about it: `docs/runbook.md#redis-unavailable`. */
export function runbookOf({ code }: Pick<ErrorKind, 'code'>): string {
  return `docs/runbook.md#${code.toLowerCase().replaceAll('_', '-')}`;
}

/**
 * What a person in chat reads of a fault. One that nobody foresaw can only be found in the log, so its text ends with
 * `incident`, which the line of the log must carry too.
 */
export function chatText({ kind }: SwarmError, incident: string): string {
  return kind.class === 'bug' ? `${kind.chat} Incident ${incident}.` : kind.chat;
}

/**
 * Converts what a `catch` received, once, at the edge. An existing SwarmError passes through.
 * @param kind default: what the system or fetch is known to have meant, else UNEXPECTED
 */
export function toSwarmError(thrown: unknown, kind?: ErrorKind): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  const found = kind ?? systemKind(thrown) ?? coreErrors.unexpected;
  return new SwarmError(found, errorText(thrown), { cause: thrown });
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
