// What the watch says at present, at hand for the alerts of this process, which cannot wait for Redis. It reads every few
// seconds what any process of the fleet has stored, so an alert stands also when another one looked, and is over when its
// agent has spoken, also before the next look.
import type { StallView } from '../../contracts/watch.ts';
import type { Clock } from '../../core/clock.ts';
import { Service } from '../../core/service.ts';
import type { GasStore } from '../store.ts';
import type { StallOptions } from './config.ts';
import { readNudges } from './nudge-told.ts';
import type { Watch } from './record.ts';
import type { WatchStore } from './store.ts';
import { asTold, stallsOf } from './view.ts';

export interface StallBoardDeps {
  readonly watches: Pick<WatchStore, 'many'>;
  readonly store: Pick<GasStore, 'runs' | 'deliveries'>;
  readonly clock: Clock;
}

export interface StallBoardOptions {
  readonly agents: readonly string[];
  /** As GatherOptions. */
  readonly inboxless: readonly string[];
  readonly stall: StallOptions;
  /** Whether its next gas is still to come; where a chain has ended as it should, nobody is alarmed. */
  readonly expectsGas: (agent: string) => boolean;
}

export class StallBoard extends Service {
  readonly #deps: StallBoardDeps;
  readonly #options: StallBoardOptions;
  #latest: readonly StallView[] = [];

  constructor(deps: StallBoardDeps, options: StallBoardOptions) {
    super({ name: 'stall-board' });
    this.#deps = deps;
    this.#options = options;
  }

  /** As of the last reading, at most some seconds old; what was known stays while Redis is away. */
  stalls(): readonly StallView[] {
    return this.#latest;
  }

  /** Reads anew. @throws SwarmError REDIS_* */
  async refresh(): Promise<void> {
    const { agents, inboxless, stall, expectsGas } = this.#options;
    const { watches, store, clock } = this.#deps;
    const known = (await watches.many(agents)).filter(isOfTrouble);
    if (known.length === 0) {
      this.#latest = [];
      return;
    }
    const [{ values: runs }, nudgeOf] = await Promise.all([
      store.runs(known.map(({ agent }) => agent)),
      readNudges(store, known),
    ]);
    const now = clock.now();
    this.#latest = known
      .map((watch, i) => asTold(watch, runs[i] ?? null, now, stall))
      .flatMap((watch) =>
        stallsOf(watch, now, { nudge: nudgeOf(watch), hasInbox: !inboxless.includes(watch.agent) }),
      )
      .filter(({ agent, kind }) => kind !== 'out-of-gas' || expectsGas(agent));
  }

  protected async onStart(): Promise<void> {
    const stop = new AbortController();
    const reading = (async () => {
      while (!stop.signal.aborted) {
        // Redis has a link of its own that says when it is away.
        await this.refresh().catch(() => undefined);
        await this.#deps.clock.sleep(everyMs, stop.signal).catch(() => undefined);
      }
    })();
    this.release(async () => {
      stop.abort();
      await reading;
    });
  }
}

const everyMs = 10_000;

function isOfTrouble(watch: Watch | null): watch is Watch {
  return watch !== null && (watch.since !== null || watch.outOfGasSince !== null);
}
