// Keeps one component alive: starts it again after a failure, later each time, and stops trying when it crashes in a
// loop. Whatever is done to the component is done one after the other.
import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { coreErrors, SwarmError, toSwarmError } from './errors.ts';
import { RestartBudget, type RestartBudgetOptions } from './restart-budget.ts';
import type { Service, ServiceState } from './service.ts';

/** A component, as its supervisor sees it. */
export interface ComponentState {
  readonly name: string;
  readonly state: ServiceState;
  readonly hard: boolean;
  /** Restarts inside the present window. */
  readonly restarts: number;
  /** Whether the crash-loop brake holds it; only a reset starts it again. */
  readonly braked: boolean;
  /** What it last failed with; null when it did not. */
  readonly error: string | null;
}

/** What happened to a component. Times in ms. */
export type ComponentEvent = { readonly component: string; readonly hard: boolean } & (
  | { readonly event: 'failed'; readonly error: SwarmError; readonly retryInMs: number | null }
  | { readonly event: 'restarting' | 'reset' | 'stopped' }
  /** `restarts` is 0 at the first start. */
  | { readonly event: 'ready'; readonly restarts: number }
  | { readonly event: 'braked'; readonly error: SwarmError; readonly crashes: number }
);

type Happening = ComponentEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'component' | 'hard'>
    : never
  : never;

export interface KeeperDeps {
  readonly clock: Clock;
  /** Told of everything that happens, once each. */
  readonly onEvent: (event: ComponentEvent) => void;
}

export interface KeeperOptions {
  readonly budget: RestartBudgetOptions;
  readonly backoff: BackoffOptions;
}

export class Keeper {
  readonly service: Service;
  readonly #deps: KeeperDeps;
  readonly #options: KeeperOptions;
  readonly #budget: RestartBudget;
  #braked = false;
  #error: string | null = null;
  /** Off: it is being stopped, or never was started; nothing is tried again. */
  #off = true;
  #retry = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(service: Service, deps: KeeperDeps, options: KeeperOptions) {
    this.service = service;
    this.#deps = deps;
    this.#options = options;
    this.#budget = new RestartBudget(options.budget);
    service.onFailure((error) => this.#crashed(error));
  }

  view(): ComponentState {
    const { name, state, hard } = this.service;
    const restarts = this.#budget.restarts(this.#deps.clock.now());
    return { name, state, hard, restarts, braked: this.#braked, error: this.#error };
  }

  /** The first start. Rejects with what it met; a soft component is then tried again behind the caller's back. */
  start(): Promise<void> {
    this.#off = false;
    this.#release();
    return this.#inTurn(async () => {
      try {
        await this.#startNow(0);
      } catch (thrown) {
        if (!this.service.hard) this.#crashed(toSwarmError(thrown));
        throw thrown;
      }
    });
  }

  /** Stops it for good; nothing is tried again. Resolves to what the stop met, null when it went well. */
  async stop(): Promise<SwarmError | null> {
    this.turnOff();
    return this.service.stop().then(
      () => null,
      (thrown: unknown) => toSwarmError(thrown),
    );
  }

  /** From now on a failure is left as it is. */
  turnOff(): void {
    this.#off = true;
    this.#retry.abort();
  }

  /** Stops and starts it, braked or not. @throws what the start met; it is then tried again as after any failure */
  restart(): Promise<void> {
    this.#retry.abort();
    return this.#inTurn(async () => {
      this.#release();
      await this.service.stop().catch((thrown: unknown) => this.#failed(thrown, 0));
      await this.#again();
    });
  }

  /** Closes the brake and starts it. Resolves to false when it was not braked. @throws what the start met */
  reset(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.#braked) return false;
      this.#release();
      this.#tell({ event: 'reset' });
      await this.#again();
      return true;
    });
  }

  #release(): void {
    this.#braked = false;
    this.#budget.refill();
  }

  #crashed(error: SwarmError): void {
    if (this.#off) return;
    const now = this.#deps.clock.now();
    const crashes = this.#budget.crash(now);
    if (this.#budget.isSpent(now)) {
      this.#braked = true;
      this.#failed(error, null);
      this.#tell({ event: 'braked', error, crashes });
      return;
    }
    const retryInMs = backoffMs(crashes, this.#options.backoff);
    this.#failed(error, retryInMs);
    const retry = new AbortController();
    this.#retry = retry;
    void this.#deps.clock.sleep(retryInMs, retry.signal).then(
      () => {
        if (!retry.signal.aborted) void this.#inTurn(() => this.#again()).catch(() => undefined);
      },
      () => undefined,
    );
  }

  async #again(): Promise<void> {
    this.#refuseWhenOff();
    this.#budget.restart(this.#deps.clock.now());
    this.#tell({ event: 'restarting' });
    try {
      await this.#startNow(this.#budget.restarts(this.#deps.clock.now()));
    } catch (thrown) {
      this.#crashed(toSwarmError(thrown));
      throw thrown;
    }
  }

  async #startNow(restarts: number): Promise<void> {
    await this.service.start();
    this.#tell({ event: 'ready', restarts });
  }

  #refuseWhenOff(): void {
    if (this.#off) throw new SwarmError(coreErrors.aborted, `${this.service.name} is being stopped`);
  }

  #failed(thrown: unknown, retryInMs: number | null): void {
    const error = toSwarmError(thrown);
    this.#error = error.message;
    this.#tell({ event: 'failed', error, retryInMs });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run, run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #tell(happening: Happening): void {
    const { name, hard } = this.service;
    this.#deps.onEvent({ component: name, hard, ...happening });
  }
}
