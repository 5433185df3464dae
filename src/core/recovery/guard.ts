// A guard around the calls to one far side: so many at a time, each with a deadline, tried again inside a budget, and
// refused at once while the circuit is open. What a fault is worth it reads from its class; what the call does, it does
// not know.
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { coreErrors, SwarmError, toSwarmError } from '../errors.ts';
import { createPolicies, type Policies } from './policies.ts';
import { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** A circuit breaker as it is now. */
export interface BreakerState {
  readonly name: string;
  /** `half-open`: the next call is the trial, or is under way. */
  readonly state: CircuitState;
  /** ms since the epoch. */
  readonly since: number;
}

export interface GuardDeps {
  readonly clock: Clock;
  /** Source of randomness in [0, 1) for the waits between tries; default Math.random. */
  readonly random?: () => number;
  /** Told of each change of the circuit. */
  readonly onChange?: (breaker: BreakerState) => void;
}

export interface GuardOptions {
  /** Of the far side, as people read it. */
  readonly name: string;
  /** Longest wait for one try, ms; null where the library that is called has its own. Default 10,000. */
  readonly timeoutMs?: number | null;
  /** Tries after the first; 0 where whoever calls tries again itself. Default 2. */
  readonly retries?: number;
  /** Waits between tries, ms; default 500 growing to 5,000. */
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number };
  readonly budget?: RetryBudgetOptions;
  /** Calls at the same time, and how many may wait for their turn; default 10 and 100. */
  readonly atOnce?: number;
  readonly waiting?: number;
  /** Faults in a row that open the circuit; null for a guard without one. Default 5. */
  readonly opensAt?: number | null;
  /** How long an open circuit refuses before it lets one call try, ms; default 10,000. */
  readonly refusesForMs?: number;
}

/** One call through a guard. */
export interface GuardedCall<T> {
  readonly signal?: AbortSignal;
  /** What is given instead when all has failed; not asked when the call was aborted. */
  readonly fallback?: (error: SwarmError) => T | Promise<T>;
}

/** No rate limit is waited out in place for longer than this; whoever calls may come back later, ms. */
const longestWaitMs = 60_000;

export class Guard {
  readonly name: string;
  readonly #deps: GuardDeps;
  readonly #options: GuardOptions;
  readonly #budget: RetryBudget;
  #policies: Promise<Policies> | undefined;
  #state: CircuitState = 'closed';
  #since: number;
  #held = false;

  constructor(deps: GuardDeps, options: GuardOptions) {
    this.name = options.name;
    this.#deps = deps;
    this.#options = options;
    this.#budget = new RetryBudget(deps.clock, options.budget);
    this.#since = deps.clock.now();
  }

  /** The circuit as it is now; null for a guard without one. */
  get breaker(): BreakerState | null {
    if (this.#options.opensAt === null) return null;
    // The circuit itself learns only from the next call that its time is over.
    const over = this.#deps.clock.now() - this.#since >= this.refusesForMs;
    const state = this.#state === 'open' && !this.#held && over ? 'half-open' : this.#state;
    return { name: this.name, state, since: this.#since };
  }

  get refusesForMs(): number {
    return this.#options.refusesForMs ?? 10_000;
  }

  /**
   * Calls `work`, whose signal fires at its deadline and when the caller's does.
   * @throws SwarmError CIRCUIT_OPEN, BULKHEAD_FULL: nothing was called
   * @throws SwarmError CALL_TIMED_OUT, ABORTED, or what the last try met
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, call: GuardedCall<T> = {}): Promise<T> {
    const { signal = new AbortController().signal, fallback } = call;
    const stop = new AbortController();
    try {
      this.#budget.earn();
      const policies = await this.#open();
      return await Promise.race([policies.run(work, signal), aborted(this.name, signal, stop.signal)]);
    } catch (thrown) {
      const error = toSwarmError(thrown);
      if (!fallback || error.kind === coreErrors.aborted) throw error;
      return await fallback(error);
    } finally {
      stop.abort();
    }
  }

  /** Keeps the circuit open until `letGo`: the far side has said itself that it takes nothing. */
  async hold(): Promise<void> {
    this.#held = true;
    this.#move('open');
    (await this.#open()).hold(() => this.#held);
  }

  /** Closes a circuit that was held. */
  async letGo(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    this.#move('closed');
    (await this.#open()).letGo();
  }

  // The library is loaded by the first call, not by the start.
  #open(): Promise<Policies> {
    const { timeoutMs = 10_000, retries = 2, atOnce = 10, waiting = 100, opensAt = 5 } = this.#options;
    this.#policies ??= createPolicies(
      {
        budget: this.#budget,
        waitMs: (attempt, error) => this.#waitMs(attempt, error),
        onState: (state) => this.#move(state),
      },
      {
        ...{ name: this.name, timeoutMs, retries, atOnce, waiting, opensAt },
        refusesForMs: this.refusesForMs,
      },
    );
    return this.#policies;
  }

  #waitMs(attempt: number, error: SwarmError): number {
    if (error.retryAfterMs !== undefined) return Math.min(error.retryAfterMs, longestWaitMs);
    const { initialMs, maxMs } = this.#options.backoff ?? { initialMs: 500, maxMs: 5_000 };
    const { random } = this.#deps;
    return backoffMs(attempt, { initialMs, maxMs, ...(random ? { random } : {}) });
  }

  #move(state: CircuitState): void {
    if (state === this.#state || (this.#held && state !== 'open')) return;
    this.#state = state;
    this.#since = this.#deps.clock.now();
    this.#deps.onChange?.({ name: this.name, state, since: this.#since });
  }
}

/** Creates a guard; nothing is loaded before its first call. */
export function createGuard(deps: GuardDeps, options: GuardOptions): Guard {
  return new Guard(deps, options);
}

// Waits between tries and places in the queue know no signal; whoever gives up must not wait for them.
function aborted(name: string, signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new SwarmError(coreErrors.aborted, `${name}: the call was given up`));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true, signal: done });
  });
}
