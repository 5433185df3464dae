// Puts the stall watch together: one look for the sweep, one board for the alerts, one store for the read model.
import type { Address } from '../../contracts/chat.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { GasStore } from '../store.ts';
import { StallBoard } from './board.ts';
import type { StallOptions } from './config.ts';
import type { Watchable } from './evidence.ts';
import { makePerform, type PerformDeps } from './perform.ts';
import { createStallWatch } from './stall-watch.ts';
import type { WatchStore } from './store.ts';

export interface StallDeps extends Pick<PerformDeps, 'ledger' | 'control'> {
  readonly watches: WatchStore;
  readonly store: GasStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What it is told. */
export interface StallSettings {
  readonly agents: readonly Watchable[];
  /** As GatherOptions. */
  readonly inboxless: readonly string[];
  /** The first of them hears what becomes of gas that is given to another. */
  readonly reportTo: readonly Address[];
  readonly stall: StallOptions;
  /** As StallBoardOptions. */
  readonly expectsGas: (agent: string) => boolean;
}

/** Its parts. */
export interface Stall {
  readonly look: () => Promise<void>;
  readonly board: StallBoard;
}

/** Creates them; connects to nothing. */
export function createStall(deps: StallDeps, settings: StallSettings): Stall {
  const { agents, inboxless, reportTo, stall, expectsGas } = settings;
  const { store, watches, clock, logger } = deps;
  const perform = makePerform(deps, reportTo[0]);
  const watch = createStallWatch({ store, watches, perform, clock, logger }, { agents, inboxless, stall });
  const watched = stall.enabled ? agents.map(({ id }) => id) : [];
  return {
    look: () => (stall.enabled ? watch.look() : Promise.resolve()),
    board: new StallBoard({ watches, store, clock }, { agents: watched, inboxless, stall, expectsGas }),
  };
}
