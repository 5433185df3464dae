// cockatiel's policies in the one order that makes sense: a place in the queue outside, then tries, then the circuit,
// then the deadline of one try. The only file that knows how the library says things.
import { coreErrors, SwarmError, toSwarmError } from '../errors.ts';
import type { RetryBudget } from './retry-budget.ts';
import { strategyOf } from './strategies.ts';

export interface PoliciesDeps {
  readonly budget: RetryBudget;
  /** How long to wait before retry number `attempt`, ms. */
  readonly waitMs: (attempt: number, error: SwarmError) => number;
  readonly onState: (state: 'closed' | 'open' | 'half-open') => void;
}

export interface PoliciesOptions {
  readonly name: string;
  readonly timeoutMs: number | null;
  readonly retries: number;
  readonly atOnce: number;
  readonly waiting: number;
  readonly opensAt: number | null;
  readonly refusesForMs: number;
}

export interface Policies {
  run<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Opens the circuit until `letGo`, unless `still` says that it is over already. */
  hold(still: () => boolean): void;
  letGo(): void;
}

type Library = typeof import('./library.ts');
type Step = <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Loads the library and builds the policies of one guard. */
export async function createPolicies(deps: PoliciesDeps, options: PoliciesOptions): Promise<Policies> {
  const library = await import('./library.ts');
  const circuit = makeCircuit(library, deps, options);
  const retry = makeRetry(library, deps, options);
  const timeout = makeTimeout(library, options);
  const queue = library.bulkhead(options.atOnce, options.waiting);
  return {
    run: async (work, signal) => {
      try {
        return await queue.execute(
          () => retry((inner) => circuit.step((own) => timeout(work, own), inner), signal),
          signal,
        );
      } catch (thrown) {
        throw inOurWords(library, thrown, options.name);
      }
    },
    hold: circuit.hold,
    letGo: circuit.letGo,
  };
}

function makeTimeout(library: Library, { name, timeoutMs }: PoliciesOptions): Step {
  const policy = timeoutMs === null ? null : library.timeout(timeoutMs, library.TimeoutStrategy.Aggressive);
  return async (work, signal) => {
    // Between two tries the library does not look.
    if (signal.aborted) throw new SwarmError(coreErrors.aborted, `${name}: the call was given up`);
    try {
      return policy ? await policy.execute((context) => work(context.signal), signal) : await work(signal);
    } catch (thrown) {
      if (signal.aborted) {
        throw new SwarmError(coreErrors.aborted, `${name}: the call was given up`, { cause: thrown });
      }
      if (!(thrown instanceof library.TaskCancelledError)) throw toSwarmError(thrown);
      throw new SwarmError(coreErrors.callTimedOut, `${name} did not answer within ${timeoutMs} ms`);
    }
  };
}

function makeCircuit(library: Library, { onState }: PoliciesDeps, options: PoliciesOptions) {
  const { name, opensAt, refusesForMs } = options;
  if (opensAt === null) {
    const step: Step = (work, signal) => work(signal);
    return { step, hold: () => undefined, letGo: () => undefined };
  }
  const { CircuitState } = library;
  const counts = (error: Error): boolean => {
    // A trial that was given up has proved nothing, and the library would close the circuit for it.
    if (isAborted(error)) return policy.state === CircuitState.HalfOpen;
    return error instanceof SwarmError && strategyOf(error.kind).opensCircuit;
  };
  const policy = library.circuitBreaker(library.handleWhen(counts), {
    halfOpenAfter: refusesForMs,
    breaker: new library.ConsecutiveBreaker(opensAt),
  });
  policy.onStateChange((state) => onState(stateName(library, state)));
  let held: { readonly dispose: () => void } | undefined;
  const step: Step = (work, signal) => {
    // The library would let the others wait for the trial; a far side that is away would gather them all.
    if (policy.state === CircuitState.HalfOpen) return Promise.reject(refused(name));
    return policy.execute((context) => work(context.signal), signal);
  };
  return {
    step,
    hold: (still: () => boolean) => {
      if (still()) held ??= policy.isolate();
    },
    letGo: () => {
      held?.dispose();
      held = undefined;
    },
  };
}

/** A fault that is to be tried again; the library sees nothing of it but that. */
class TryAgain extends Error {
  readonly fault: SwarmError;

  constructor(fault: SwarmError) {
    super(fault.message);
    this.fault = fault;
  }
}

function makeRetry(library: Library, { budget, waitMs }: PoliciesDeps, options: PoliciesOptions): Step {
  const policy = library.retry(
    library.handleWhen((error) => error instanceof TryAgain),
    {
      maxAttempts: options.retries,
      backoff: new library.DelegateBackoff(({ attempt, result }) =>
        waitMs(attempt, 'error' in result ? faultOf(result.error) : toSwarmError(result.value)),
      ),
    },
  );
  return async (work, signal) => {
    try {
      return await policy.execute(async (context) => {
        try {
          return await work(context.signal);
        } catch (thrown) {
          const fault = inOurWords(library, thrown, options.name);
          const again = context.attempt < options.retries && mayPass(fault) && budget.spend();
          throw again ? new TryAgain(fault) : fault;
        }
      }, signal);
    } catch (thrown) {
      throw faultOf(thrown);
    }
  };
}

// What was refused without a call is told at once: to wait for the circuit here would fill the queue.
function mayPass({ kind, retryable }: SwarmError): boolean {
  return retryable && kind !== coreErrors.circuitOpen && kind !== coreErrors.aborted;
}

function faultOf(thrown: unknown): SwarmError {
  return thrown instanceof TryAgain ? thrown.fault : toSwarmError(thrown);
}

function inOurWords(library: Library, thrown: unknown, name: string): SwarmError {
  if (thrown instanceof SwarmError) return thrown;
  if (thrown instanceof library.BrokenCircuitError || thrown instanceof library.IsolatedCircuitError) {
    return refused(name, thrown);
  }
  if (thrown instanceof library.BulkheadRejectedError) {
    return new SwarmError(coreErrors.bulkheadFull, `${name}: too many calls wait already`, { cause: thrown });
  }
  if (thrown instanceof library.TaskCancelledError) {
    return new SwarmError(coreErrors.aborted, `${name}: the call was given up`, { cause: thrown });
  }
  return toSwarmError(thrown);
}

function refused(name: string, cause?: unknown): SwarmError {
  return new SwarmError(coreErrors.circuitOpen, `${name}: nothing was sent, its circuit is open`, { cause });
}

function isAborted(error: Error): boolean {
  return error instanceof SwarmError && error.kind === coreErrors.aborted;
}

function stateName({ CircuitState }: Library, state: number): 'closed' | 'open' | 'half-open' {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
