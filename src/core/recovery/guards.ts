// The guards of one process, so that the states of their circuits can be told in one place.
import type { BreakerState, Guard, GuardDeps, GuardOptions } from './guard.ts';
import { createGuard } from './guard.ts';

/** What a feature takes to guard its calls. */
export interface GuardMaker {
  /** A later one of the same name takes the place of the former: a part that starts anew begins with a closed circuit. */
  guard(options: GuardOptions): Guard;
}

export interface Guards extends GuardMaker {
  /** Every circuit there is. */
  breakers(): readonly BreakerState[];
}

/** Creates the guards of a process. */
export function createGuards(deps: GuardDeps): Guards {
  const guards = new Map<string, Guard>();
  return {
    guard: (options) => {
      const guard = createGuard(deps, options);
      guards.set(options.name, guard);
      return guard;
    },
    breakers: () => [...guards.values()].flatMap(({ breaker }) => breaker ?? []),
  };
}
