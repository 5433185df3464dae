// Keeps one instance registered while it runs: renews its lease, and gives it back at once when it stops. After kill -9
// the lease runs out by itself.
import type { Clock } from '../clock.ts';
import { Service } from '../service.ts';
import type { LeaseRecord } from './record.ts';
import type { Registry } from './registry.ts';

export interface RegistrationDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  /** What to say now. */
  readonly record: () => LeaseRecord;
}

export interface RegistrationOptions {
  /** Of the component. */
  readonly name: string;
  readonly dependsOn?: readonly string[];
  /** Default 10,000 ms. */
  readonly ttlMs?: number;
  /** Between two renewals; default 1,000 ms. */
  readonly everyMs?: number;
}

export class Registration extends Service {
  readonly #deps: RegistrationDeps;
  readonly #ttlMs: number;
  readonly #everyMs: number;

  constructor(deps: RegistrationDeps, options: RegistrationOptions) {
    super({ name: options.name, dependsOn: options.dependsOn ?? [] });
    this.#deps = deps;
    this.#ttlMs = options.ttlMs ?? 10_000;
    this.#everyMs = options.everyMs ?? 1_000;
  }

  protected async onStart(): Promise<void> {
    await this.renew();
    const stop = new AbortController();
    const telling = this.#keepTelling(stop.signal);
    this.release(async () => {
      stop.abort();
      await telling;
      const { registry, record } = this.#deps;
      const { name, instance } = record();
      await registry.drop(name, instance).catch(() => undefined);
    });
  }

  /** Tells what is so now, whenever the next renewal is. @throws what the registry meets */
  async renew(): Promise<void> {
    const { registry, clock, record } = this.#deps;
    await registry.put(record(), { ttlMs: this.#ttlMs, toldAt: clock.now() });
  }

  async #keepTelling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(this.#everyMs, signal).catch(() => undefined);
      // A lost beat is told by the age of the last one, and Redis' own link says why.
      if (!signal.aborted) await this.renew().catch(() => undefined);
    }
  }
}
