// Starts components in the order of their dependencies, keeps them alive, stops them in reverse within a deadline.
//
// What depends on a component that failed stays up: it degrades, and its own links tell so. To take it down as well would
// turn one fault into many, and none of ours needs to be started anew because something below it came back.
import type { Clock } from './clock.ts';
import { coreErrors, SwarmError } from './errors.ts';
import { type ComponentEvent, type ComponentState, Keeper } from './keeper.ts';
import { inOrder, type Part, type Place, startEach, stopEach } from './lifecycle.ts';

export type { ComponentEvent, ComponentState } from './keeper.ts';

export interface SupervisorDeps {
  readonly clock: Clock;
  /** Source of randomness in [0, 1) for the wait before a restart; default Math.random. */
  readonly random?: () => number;
  /** Told of everything that happens to a component. */
  readonly onEvent?: (event: ComponentEvent) => void;
  /** Told once each time the crash-loop brake opens. */
  readonly onBrake?: (component: ComponentState) => void;
}

export interface SupervisorOptions {
  /** The crash within `windowMs` at which the brake opens; default 5, as systemd counts: the first start is one of five. */
  readonly crashes?: number;
  /** ms; default 60,000. */
  readonly windowMs?: number;
  /** Wait before the first restart, ms; default 500. It doubles with each crash inside the window. */
  readonly initialMs?: number;
  /** No wait is longer, ms; default 10,000. */
  readonly maxMs?: number;
}

/** A component that could not be stopped in order. */
export interface GivenUp {
  readonly component: string;
  readonly error: SwarmError;
}

/** After the deadline of a stop everything left is told to stop at once, and gets this long, ms. */
const lastGraceMs = 2_000;

export class Supervisor {
  readonly #places: readonly Place[];
  readonly #keepers: ReadonlyMap<string, Keeper>;
  readonly #deps: SupervisorDeps;
  #stopped = false;
  #stopping: Promise<readonly GivenUp[]> | undefined;

  /** @throws SwarmError DEPENDENCY_CYCLE with the path, DEPENDENCY_MISSING with both names */
  constructor(parts: readonly Part[], deps: SupervisorDeps, options: SupervisorOptions = {}) {
    const { crashes = 5, windowMs = 60_000, initialMs = 500, maxMs = 10_000 } = options;
    const { clock, random = Math.random } = deps;
    this.#deps = deps;
    this.#places = inOrder(parts);
    const keep = { budget: { crashes, windowMs }, backoff: { initialMs, maxMs, random } };
    const onEvent = (event: ComponentEvent) => this.#onEvent(event);
    this.#keepers = new Map(
      this.#places.map(({ service }) => [service.name, new Keeper(service, { clock, onEvent }, keep)]),
    );
  }

  /** Every component, in the order of their dependencies. */
  components(): readonly ComponentState[] {
    return [...this.#keepers.values()].map((keeper) => keeper.view());
  }

  /**
   * Resolves when every hard component is ready; soft ones go on starting, are tried again when they fail, and what comes
   * after one that failed starts without it. Rejects with the first hard failure, after stopping what had started.
   */
  async start(): Promise<void> {
    this.#stopped = false;
    const starts = startEach(this.#places, (place) => this.#startOne(place));
    try {
      await Promise.all(this.#places.flatMap(({ service }, i) => (service.hard ? (starts[i] ?? []) : [])));
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  async #startOne({ service }: Place): Promise<void> {
    if (this.#stopped) {
      throw new SwarmError(coreErrors.aborted, `${service.name} was stopped before it started`);
    }
    try {
      await this.#known(service.name).start();
    } catch (thrown) {
      if (service.hard) throw thrown;
    }
  }

  /**
   * Stops all, dependants first; a failing stop does not keep the others from stopping. At the deadline (ms; default 25,000)
   * all that is left is told to stop at once. Resolves to what could not be stopped in order; never rejects.
   */
  stop(deadlineMs = 25_000): Promise<readonly GivenUp[]> {
    this.#stopping ??= this.#runStop(deadlineMs).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #runStop(deadlineMs: number): Promise<readonly GivenUp[]> {
    this.#stopped = true;
    for (const keeper of this.#keepers.values()) keeper.turnOff();
    const givenUp = new Map<string, SwarmError>();
    const left = new Set(this.#keepers.keys());
    const stopOne = async ({ service: { name, hard } }: Place) => {
      const error = await this.#known(name).stop();
      if (!left.delete(name)) return;
      if (error) givenUp.set(name, error);
      const end = error
        ? ({ event: 'failed', error, retryInMs: null } as const)
        : ({ event: 'stopped' } as const);
      this.#onEvent({ component: name, hard, ...end });
    };
    const inTime = await this.#within(deadlineMs, stopEach(this.#places, stopOne));
    if (!inTime) {
      const remaining = this.#places.filter(({ service }) => left.has(service.name));
      await this.#within(lastGraceMs, Promise.all(remaining.map(stopOne)));
      for (const name of left) givenUp.set(name, tooLate(name, deadlineMs));
    }
    return [...givenUp].map(([component, error]) => ({ component, error }));
  }

  async #within(ms: number, work: Promise<unknown>): Promise<boolean> {
    const done = new AbortController();
    const late = this.#deps.clock.sleep(ms, done.signal).then(
      () => false,
      () => true,
    );
    const inTime = await Promise.race([work.then(() => true), late]);
    done.abort();
    return inTime;
  }

  /**
   * An orderly stop and start of one component; its dependants stay up. A brake that held it is closed.
   * @throws SwarmError COMPONENT_UNKNOWN, ABORTED while all is being stopped, or what its start met
   */
  async restart(name: string): Promise<void> {
    await this.#known(name).restart();
  }

  /**
   * Closes the brake of a component and starts it. Resolves to whether it was braked; if not, nothing is done.
   * @throws SwarmError COMPONENT_UNKNOWN, ABORTED while all is being stopped, or what its start met
   */
  async reset(name: string): Promise<boolean> {
    return this.#known(name).reset();
  }

  #onEvent(event: ComponentEvent): void {
    this.#deps.onEvent?.(event);
    if (event.event === 'braked') this.#deps.onBrake?.(this.#known(event.component).view());
  }

  #known(name: string): Keeper {
    const keeper = this.#keepers.get(name);
    if (keeper) return keeper;
    const there = [...this.#keepers.keys()].join(', ');
    throw new SwarmError(coreErrors.componentUnknown, `there is no component ${name}; there are ${there}`);
  }
}

function tooLate(name: string, deadlineMs: number): SwarmError {
  return new SwarmError(
    coreErrors.stopTimedOut,
    `${name} was still stopping after ${deadlineMs} ms; left behind`,
  );
}
