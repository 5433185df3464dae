// Looks at the swarm every few seconds for the boards; of several processes one looks at a time. It decides nothing.
import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { Service } from '../../core/service.ts';
import type { Boards } from './boards.ts';
import type { BoardStore } from './store.ts';

export interface BoardWatchDeps {
  readonly boards: Pick<Boards, 'look'>;
  readonly store: Pick<BoardStore, 'turn'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class BoardWatch extends Service {
  readonly #deps: BoardWatchDeps;
  readonly #everyMs: number;

  constructor(deps: BoardWatchDeps, { everyMs = 5_000 }: { readonly everyMs?: number } = {}) {
    super({ name: 'boards', hard: false });
    this.#deps = deps;
    this.#everyMs = everyMs;
  }

  protected async onStart(): Promise<void> {
    const stop = new AbortController();
    const watching = (async () => {
      while (!stop.signal.aborted) {
        await this.#look();
        await this.#deps.clock.sleep(this.#everyMs, stop.signal).catch(() => undefined);
      }
    })();
    this.release(async () => {
      stop.abort();
      await watching;
    });
  }

  /** A look that fails is made up for by the next. */
  async #look(): Promise<void> {
    try {
      // A little less than a round, so that who looked last may look again.
      if (await this.#deps.store.turn(this.#everyMs - Math.min(500, this.#everyMs / 10))) {
        await this.#deps.boards.look();
      }
    } catch (thrown) {
      this.#deps.logger.debug({ error: errorText(thrown) }, 'the boards could not be looked after');
    }
  }
}
