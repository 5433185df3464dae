// The base of everything that has a name, a start and a stop. Start and stop are idempotent and share the
// promise in flight; whatever a start opened is released when the service stops or when the start fails.
import { coreErrors, SwarmError, toSwarmError } from './errors.ts';
import { type Release, Releasers } from './releasers.ts';

export type ServiceState = 'idle' | 'starting' | 'ready' | 'draining' | 'stopped' | 'failed';

const legal: Readonly<Record<ServiceState, readonly ServiceState[]>> = {
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
  /** Deadline of the start in ms; default 30,000. */
  readonly startTimeoutMs?: number;
}

export abstract class Service {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly hard: boolean;
  readonly #startTimeoutMs: number;
  readonly #releasers = new Releasers();
  #state: ServiceState = 'idle';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #abort = new AbortController();

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.dependsOn = options.dependsOn ?? [];
    this.hard = options.hard ?? true;
    this.#startTimeoutMs = options.startTimeoutMs ?? 30_000;
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

  /** Resolves when ready. @throws SwarmError START_TIMED_OUT, ABORTED by a stop, or what the start met. */
  start(): Promise<void> {
    if (this.#state === 'ready') return Promise.resolve();
    this.#starting ??= this.#runStart().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Waits for a start under way, then releases everything. Never throws for a service that did not start. */
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
    const deadline = setTimeout(() => abort.abort(late), this.#startTimeoutMs);
    try {
      await Promise.race([this.onStart(abort.signal), rejectOn(abort.signal)]);
      abort.signal.throwIfAborted();
      this.#move('ready');
    } catch (thrown) {
      const stopped = abort.signal.aborted && abort.signal.reason !== late;
      abort.abort();
      await this.#releasers.releaseAll().catch(() => undefined);
      this.#move('failed');
      if (stopped) throw new SwarmError(coreErrors.aborted, `${this.name} was stopped while it started`);
      throw abort.signal.reason === late ? late : toSwarmError(thrown);
    } finally {
      clearTimeout(deadline);
    }
  }

  async #runStop(): Promise<void> {
    this.#abort.abort();
    if (this.#starting) await this.#starting.catch(() => undefined);
    if (this.#state === 'ready') this.#move('draining');
    try {
      await this.#releasers.releaseAll();
    } finally {
      this.#move('stopped');
    }
  }

  #move(to: ServiceState): void {
    if (!legal[this.#state].includes(to)) {
      throw new SwarmError(
        coreErrors.illegalTransition,
        `${this.name}: ${this.#state} -> ${to} is not legal`,
      );
    }
    this.#state = to;
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
