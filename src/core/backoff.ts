// How long to wait before the next try: exponential, capped, with full jitter in the upper half.

export interface BackoffOptions {
  /** First delay in ms. */
  readonly initialMs: number;
  /** No delay is longer than this, in ms. */
  readonly maxMs: number;
  /** Source of randomness in [0, 1); default Math.random. */
  readonly random?: () => number;
}

/** Delay in ms before try number `attempt` (1 = the first retry); between half of the step and the step. */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const step = Math.min(options.maxMs, options.initialMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  const random = options.random ?? Math.random;
  return Math.round(step / 2 + (step / 2) * random());
}
