// Keeps what the store knows of unanswered gas at hand, since alerts are judged without waiting for Redis. It tells nobody.
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { Service } from '../core/service.ts';
import { byReceiver, type ReceiverAlert } from './alerts.ts';
import type { GasStore } from './store.ts';

/** Alerts as they were read last. */
export interface GasAlertBoard {
  latest(): readonly ReceiverAlert[];
}

export interface AlertWatchDeps {
  readonly store: Pick<GasStore, 'alerts'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class GasAlertWatch extends Service implements GasAlertBoard {
  readonly #deps: AlertWatchDeps;
  readonly #everyMs: number;
  #latest: readonly ReceiverAlert[] = [];

  constructor(deps: AlertWatchDeps, { everyMs = 5_000 }: { readonly everyMs?: number } = {}) {
    super({ name: 'gas-alerts' });
    this.#deps = deps;
    this.#everyMs = everyMs;
  }

  latest(): readonly ReceiverAlert[] {
    return this.#latest;
  }

  protected async onStart(): Promise<void> {
    const { clock } = this.#deps;
    const stop = new AbortController();
    const watching = (async () => {
      while (!stop.signal.aborted) {
        await this.#look();
        await clock.sleep(this.#everyMs, stop.signal).catch(() => undefined);
      }
    })();
    this.release(async () => {
      stop.abort();
      await watching;
    });
  }

  /** While Redis is away the last known ones stand: nobody has looked after them meanwhile. */
  async #look(): Promise<void> {
    try {
      this.#latest = byReceiver(await this.#deps.store.alerts());
    } catch (thrown) {
      this.#deps.logger.debug({ error: errorText(thrown) }, 'unanswered gas could not be looked up');
    }
  }
}
