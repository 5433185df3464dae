// Keeps what this process and the servers under it use, for `status`, `ps` and the metrics.
import type { Clock } from '../core/clock.ts';
import { ResourceMeter, type WatchedProcess } from '../core/resources.ts';
import { Service } from '../core/service.ts';

const everyMs = 5_000;

export class Resources extends Service {
  readonly #clock: Clock;
  readonly #meter: ResourceMeter;

  constructor(deps: { readonly clock: Clock }, watched: readonly WatchedProcess[]) {
    super({ name: 'resources', hard: false });
    this.#clock = deps.clock;
    this.#meter = new ResourceMeter(deps, watched);
  }

  get latest(): ResourceMeter['latest'] {
    return this.#meter.latest;
  }

  protected override async onStart(): Promise<void> {
    const stop = new AbortController();
    const sampling = this.#keepSampling(stop.signal);
    this.release(async () => {
      stop.abort();
      await sampling;
      this.#meter.stop();
    });
  }

  async #keepSampling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#meter.sample();
      await this.#clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }
}
