// Keeps what this process and the servers under it use, for `status`, `ps` and the metrics, and whether its loop is late.
import type { Clock } from '../core/clock.ts';
import { LoopWatch } from '../core/loop-watch.ts';
import { ResourceMeter, type WatchedProcess } from '../core/resources.ts';
import { Service } from '../core/service.ts';

const everyMs = 5_000;

export class Resources extends Service {
  readonly #clock: Clock;
  readonly #meter: ResourceMeter;
  readonly #loop: LoopWatch;

  constructor(deps: { readonly clock: Clock }, watched: readonly WatchedProcess[]) {
    super({ name: 'resources', hard: false });
    this.#clock = deps.clock;
    this.#meter = new ResourceMeter(deps, watched);
    this.#loop = new LoopWatch(deps);
  }

  get latest(): ResourceMeter['latest'] {
    return this.#meter.latest;
  }

  /** Whether the event loop was late by more than 200 ms within the last 5 s. */
  get isLate(): boolean {
    return this.#loop.isLate;
  }

  protected override async onStart(): Promise<void> {
    const stop = new AbortController();
    const sampling = Promise.all([this.#keepSampling(stop.signal), this.#loop.keepBeating(stop.signal)]);
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
