// How much one identity may have under way in this very process, in memory: the first guard, which costs a flood nothing
// but its own waiting, and the only one while Redis is away. Bounded in whom it remembers, too.
import { type Clock, makeSteadyNow } from '../core/clock.ts';
import type { Rate } from './limits.ts';

export type Entry =
  /** To be left when it is done, once. */
  { readonly kind: 'entered'; leave(): void } | { readonly kind: 'full'; readonly retryAfterMs: number };

/** Keeps one identity from having too much under way. */
export interface FloodGuard {
  /** Lets in, or says when to come again. `pending` is how many of one key may be inside at once. */
  enter(key: string, bounds: { readonly pending: number; readonly rate: Rate }): Entry;
  /** How many keys are remembered at present. */
  readonly size: number;
}

interface Known {
  inside: number;
  /** When the bucket of its rate is empty, in steady ms. */
  emptyAt: number;
}

// Somebody with all of a chat's viewers behind them fills this; the rest is told to come again.
const defaultMost = 10_000;
const fullRetryMs = 1_000;
/** A look at all of them for each stranger would be a flood of its own. */
const sweepEveryMs = 1_000;

/** Creates the guard. `most` is how many keys it remembers; default 10,000. */
export function createFloodGuard(
  clock: Pick<Clock, 'now'>,
  { most = defaultMost }: { readonly most?: number } = {},
): FloodGuard {
  const steadyNow = makeSteadyNow(clock);
  const known = new Map<string, Known>();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const forgetIdle = (now: number) => {
    if (now - sweptAt < sweepEveryMs) return;
    sweptAt = now;
    for (const [key, { inside, emptyAt }] of known) {
      if (inside === 0 && emptyAt <= now) known.delete(key);
    }
  };
  return {
    get size() {
      return known.size;
    },
    enter: (key, { pending, rate }) => {
      const now = steadyNow();
      if (!known.has(key) && known.size >= most) forgetIdle(now);
      const one = known.get(key) ?? { inside: 0, emptyAt: now };
      if (!known.has(key) && known.size >= most) return { kind: 'full', retryAfterMs: fullRetryMs };
      const emptyAt = Math.max(one.emptyAt, now) + rate.everyMs;
      const waitMs = emptyAt - now - rate.everyMs * rate.burst;
      if (waitMs > 0) return { kind: 'full', retryAfterMs: Math.ceil(waitMs) };
      if (one.inside >= pending) return { kind: 'full', retryAfterMs: fullRetryMs };
      known.set(key, one);
      one.inside += 1;
      one.emptyAt = emptyAt;
      return {
        kind: 'entered',
        leave: () => {
          one.inside -= 1;
        },
      };
    },
  };
}
