// A service that runs in one process of the fleet at a time: whoever holds the lease runs it, the others stand by and take
// over when the lease is free. While Redis cannot be reached the holder goes on, since nobody can take over then either
// (docs/adr/0002-one-connection-per-token.md); it trusts its lease no longer, and asks before anything else when Redis is back.
import type { Clock } from './clock.ts';
import { coreErrors, errorText, SwarmError } from './errors.ts';
import type { Fence, Holder, LeaderLease } from './leader-lease.ts';
import type { Logger } from './logger.ts';
import { Service } from './service.ts';
import { createStop } from './stop.ts';

export interface SingletonDeps {
  /** What only one process may run; the component takes its name. */
  readonly service: Service;
  /** Asked at each start, since what is shared may change; null: nothing is, and it runs here at once. */
  readonly lease: () => LeaderLease | null;
  /** Keeps the process busy, as a large import does: done before the lease is asked for, which could run out meanwhile. */
  readonly prepare?: () => Promise<unknown>;
  /** Told when another process is found to hold the lease, and whenever that one changes. */
  readonly onStandby: (holder: Holder | null) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** ms of a clock that nobody sets and that goes on while the process is stopped; default `performance.now`. */
  readonly elapsed?: () => number;
}

export interface SingletonOptions {
  /** Between two renewals; default 1,500 ms. */
  readonly renewMs?: number;
  /** Between two looks of one that stands by; default 500 ms. */
  readonly lookMs?: number;
  /** The holder trusts its lease this much shorter than Redis keeps it; default 1,000 ms. */
  readonly marginMs?: number;
}

/** After a look that Redis did not answer, ms. */
const askAgainMs = 500;
/** A lease that is about to run out is asked for this long after, ms. */
const afterExpiryMs = 20;

export class Singleton extends Service {
  readonly #deps: SingletonDeps;
  readonly #renewMs: number;
  readonly #lookMs: number;
  readonly #marginMs: number;
  #lease: LeaderLease | null = null;
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #leads = false;
  /** Being stopped: nothing is begun any more. */
  #ending = false;
  #starting: Promise<void> = Promise.resolve();
  #standsBehind: string | undefined;

  constructor(deps: SingletonDeps, options: SingletonOptions = {}) {
    const { service } = deps;
    super({ name: service.name, dependsOn: service.dependsOn, hard: service.hard, stopTimeoutMs: 15_000 });
    this.#deps = deps;
    this.#renewMs = options.renewMs ?? 1_500;
    this.#lookMs = options.lookMs ?? 500;
    this.#marginMs = options.marginMs ?? 1_000;
    service.onFailure((error) => this.fail(error));
  }

  /** Whether this process is certain to be the only one now; true also where nothing is shared. */
  holds(): boolean {
    if (this.#lease === null) return this.#leads;
    return this.#leads && this.#elapsed() < this.#trustedUntil;
  }

  /** What to write under. @throws SwarmError FENCED where nothing was ever held */
  fence(): Fence {
    if (this.#lease) return this.#lease.fence();
    throw new SwarmError(coreErrors.fenced, `${this.name} is not held by this process`);
  }

  protected async onStart(): Promise<void> {
    const lease = this.#deps.lease();
    this.#lease = lease;
    this.#standsBehind = undefined;
    this.#ending = false;
    this.#starting = Promise.resolve();
    const stop = createStop();
    let following = Promise.resolve();
    this.release(async () => {
      this.#ending = true;
      // Renewed until the service has ended: else another would begin beside it.
      await this.#deps.service.stop().catch((thrown: unknown) => this.#log(thrown));
      stop.abort();
      await following;
      this.#leads = false;
      await lease?.release().catch(() => undefined);
    });
    if (lease === null) return await this.#lead();
    await this.#deps.prepare?.();
    const pauseMs = await this.#look(lease);
    following = this.#follow(lease, pauseMs, stop.signal);
    await this.#starting;
  }

  async #follow(lease: LeaderLease, firstPauseMs: number, signal: AbortSignal): Promise<void> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = await this.#look(lease)) {
      await this.#deps.clock.sleep(pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** Claims the lease and does what follows from the answer. Resolves to how long to wait for the next look, ms. */
  async #look(lease: LeaderLease): Promise<number> {
    const asked = this.#elapsed();
    const grant = await lease.claim().catch((thrown: unknown) => this.#log(thrown));
    if (!grant) return askAgainMs;
    if (!grant.held) {
      await this.#standBehind(grant.holder);
      return Math.min(this.#lookMs, grant.freeInMs + afterExpiryMs);
    }
    this.#trustedUntil = asked + lease.ttlMs - this.#marginMs;
    if (!this.#leads && !this.#ending) {
      // Behind our back, so that a slow start does not cost the lease; a failure of it ends this component.
      this.#starting = this.#lead();
      this.#starting.catch((thrown: unknown) => {
        if (this.#leads) this.fail(thrown);
      });
    }
    return this.#renewMs;
  }

  async #lead(): Promise<void> {
    this.#leads = true;
    this.#standsBehind = undefined;
    await this.#deps.service.start();
  }

  async #standBehind(holder: Holder | null): Promise<void> {
    if (this.#leads) {
      this.#leads = false;
      this.#deps.logger.warn({ component: this.name, holder }, 'another process has taken over; ending here');
      await this.#deps.service.stop().catch((thrown: unknown) => this.#log(thrown));
    }
    const behind = JSON.stringify(holder);
    if (behind === this.#standsBehind) return;
    this.#standsBehind = behind;
    this.#deps.onStandby(holder);
  }

  #elapsed(): number {
    return this.#deps.elapsed?.() ?? performance.now();
  }

  #log(thrown: unknown): undefined {
    this.#deps.logger.debug({ component: this.name, error: errorText(thrown) }, 'singleton');
  }
}
