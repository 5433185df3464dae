// How often somebody may be wrong: whoever presents what opens nothing too often is not looked at for a while. It knows
// names, not what was presented.
import { makeSteadyNow } from '../core/clock.ts';

/** So many within the window are too many. */
const most = 10;
const windowMs = 60_000;
/** More names than this are not kept: whoever draws new ones all the time is forgotten first. */
const keptNames = 1_000;

export interface Attempts {
  /** How long nothing of theirs is looked at, ms; 0 when it is. */
  waitMs(who: string): number;
  /** Notes one that failed. */
  failed(who: string): void;
}

/** @param deps.now ms since the epoch */
export function createAttempts(deps: { readonly now: () => number }): Attempts {
  const now = makeSteadyNow(deps);
  const failures = new Map<string, { readonly since: number; readonly count: number }>();
  const current = (who: string) => {
    const known = failures.get(who);
    return known && now() - known.since < windowMs ? known : undefined;
  };
  return {
    waitMs: (who) => {
      const known = current(who);
      return known && known.count >= most ? Math.max(1, known.since + windowMs - now()) : 0;
    },
    failed: (who) => {
      const known = current(who);
      failures.delete(who);
      failures.set(who, { since: known?.since ?? now(), count: (known?.count ?? 0) + 1 });
      const [oldest] = failures.keys();
      if (failures.size > keptNames && oldest !== undefined) failures.delete(oldest);
    },
  };
}
