// The base of everything that has a name, a start and a stop. Start and stop are idempotent and share the
// promise in flight; whatever a start opened is released when the service stops or when it fails, then or later.
import { coreErrors, SwarmError, toSwarmError } from './errors.ts';
import { type Release, Releasers } from './releasers.ts';

export type ServiceState = 'idle' | 'starting' | 'ready' | 'draining' | 'stopped' | 'failed';

/** What may follow each state; anything else is a bug, and thrown as ILLEGAL_TRANSITION. */
export const legalTransitions: Readonly<Record<ServiceState, readonly ServiceState[]>> = {
  idle: ['starting', 'stopped'],
  starting: ['ready', 'failed'],
  ready: ['draining', 'failed'],
  draining: ['stopped', 'failed'],
  stopped: ['starting'],
  failed: ['starting', 'stopped'],
};

export interface ServiceOptions {
  readonly name: string;
  /** Names of services that must be ready before this one starts, and stop after it. */
  readonly dependsOn?: readonly string[];
  /** Whether the platform cannot run without it; default true. */
  readonly hard?: boolean;
  /** Deadline of the start in ms; default 30,000; Infinity for none. */
  readonly startTimeoutMs?: number;
  /** Deadline of the stop in ms; default 10,000. */
  readonly stopTimeoutMs?: number;
}

export abstract class Service {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly hard: boolean;
  readonly #startTimeoutMs: number;
  readonly #stopTimeoutMs: number;
  readonly #releasers = new Releasers();
  readonly #failureListeners = new Set<(error: SwarmError) => void>();
  #state: ServiceState = 'idle';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** The releases after a failure; the next start waits for them, so that it finds its port and its files free. */
  #clearing: Promise<void> = Promise.resolve();
  #abort = new AbortController();

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.dependsOn = options.dependsOn ?? [];
    this.hard = options.hard ?? true;
    this.#startTimeoutMs = options.startTimeoutMs ?? 30_000;
    this.#stopTimeoutMs = options.stopTimeoutMs ?? 10_000;
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Opens what the service needs; each opened thing goes to `this.release`. The signal fires on stop and on the start deadline. */
  protected abstract onStart(signal: AbortSignal): Promise<void>;

  /** Registers how to close something just opened. */
  protected release(release: Release): void {
    this.#releasers.push(release);
    // A start that was given up may go on behind our back; what it still opens is closed at once.
    if (this.#state === 'failed' || this.#state === 'stopped') {
      void this.#releasers.releaseAll().catch(() => undefined);
    }
  }

  /**
   * Tells that the running service cannot go on: it becomes `failed`, releases what it holds, and its listeners hear of
   * it. While it starts, it fails the start instead; in any other state its end is under way, and this changes nothing.
   */
  protected fail(thrown: unknown): void {
    const error = toSwarmError(thrown);
    if (this.#state === 'starting') this.#abort.abort(error);
    if (this.#state !== 'ready') return;
    this.#move('failed');
    this.#abort.abort(error);
    // What cannot be released now is no second failure; the next start meets it if it matters.
    this.#clearing = this.#releaseInTime().catch(() => undefined);
    for (const listener of this.#failureListeners) listener(error);
  }

  /** Tells of each failure after `ready`; a start that fails tells its caller. Returns how to stop listening. */
  onFailure(listener: (error: SwarmError) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Resolves when ready. @throws SwarmError START_TIMED_OUT, ABORTED by a stop, or what the start met. */
  start(): Promise<void> {
    if (this.#state === 'ready') return Promise.resolve();
    this.#starting ??= this.#runStart().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /**
   * Waits for a start under way, then releases everything. Never throws for a service that did not start.
   * @throws SwarmError STOP_TIMED_OUT, and is `failed` then; or the first failure of a release, and is `stopped` then
   */
  stop(): Promise<void> {
    if (this.#state === 'stopped') return Promise.resolve();
    this.#stopping ??= this.#runStop().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #runStart(): Promise<void> {
    this.#move('starting');
    const abort = new AbortController();
    this.#abort = abort;
    const late = new SwarmError(
      coreErrors.startTimedOut,
      `${this.name} was not ready within ${this.#startTimeoutMs} ms`,
    );
    // Cleared once ready: the signal outlives the start, and must then fire on stop alone.
    const deadline = Number.isFinite(this.#startTimeoutMs)
      ? setTimeout(() => abort.abort(late), this.#startTimeoutMs)
      : undefined;
    try {
      await Promise.race([this.#open(abort.signal), rejectOn(abort.signal)]);
      abort.signal.throwIfAborted();
      this.#move('ready');
    } catch (thrown) {
      const given = abort.signal.aborted ? abort.signal.reason : thrown;
      abort.abort();
      await this.#releaseInTime().catch(() => undefined);
      this.#move('failed');
      if (given === stopped)
        throw new SwarmError(coreErrors.aborted, `${this.name} was stopped while it started`);
      throw toSwarmError(given);
    } finally {
      clearTimeout(deadline);
    }
  }

  async #open(signal: AbortSignal): Promise<void> {
    await this.#clearing;
    if (!signal.aborted) await this.onStart(signal);
  }

  async #runStop(): Promise<void> {
    this.#abort.abort(stopped);
    if (this.#starting) await this.#starting.catch(() => undefined);
    if (this.#state === 'ready') this.#move('draining');
    await this.#clearing;
    try {
      await this.#releaseInTime();
    } catch (thrown) {
      if (!isLate(thrown)) this.#move('stopped');
      else if (this.#state !== 'failed') this.#move('failed');
      throw thrown;
    }
    this.#move('stopped');
  }

  /** @throws SwarmError STOP_TIMED_OUT when a release hangs; what lies below it is released all the same */
  async #releaseInTime(): Promise<void> {
    const late = new AbortController();
    const deadline = setTimeout(
      () =>
        late.abort(
          new SwarmError(
            coreErrors.stopTimedOut,
            `${this.name} did not stop within ${this.#stopTimeoutMs} ms; what it holds may still be open`,
          ),
        ),
      this.#stopTimeoutMs,
    );
    const releasing = this.#releasers.releaseAll();
    try {
      await Promise.race([releasing, rejectOn(late.signal)]);
    } catch (thrown) {
      if (isLate(thrown)) {
        releasing.catch(() => undefined);
        void this.#releasers.releaseAll().catch(() => undefined);
      }
      throw thrown;
    } finally {
      clearTimeout(deadline);
    }
  }

  #move(to: ServiceState): void {
    if (!legalTransitions[this.#state].includes(to)) {
      throw new SwarmError(
        coreErrors.illegalTransition,
        `${this.name}: ${this.#state} -> ${to} is not legal`,
      );
    }
    this.#state = to;
  }
}

/** Why the signal of a service fires when it is stopped. */
const stopped = 'stopped';

function isLate(thrown: unknown): boolean {
  return thrown instanceof SwarmError && thrown.kind === coreErrors.stopTimedOut;
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
