// What an order to resume has done already, for when a crash cut its job short and it runs again: the marks that it left on
// deliveries tell. It changes nothing.
import { holdersOf } from '../../contracts/agents.ts';
import type { Delivery } from '../delivery.ts';
import { givers } from '../gas.ts';
import type { OrderDeps } from './deps.ts';
import { skippedBy } from './give-up.ts';

/** A word to resume. */
export interface ResumeWord {
  readonly by: string;
  /** When it was given, ms since the epoch. */
  readonly at: number;
  /** Those for whom it stands. */
  readonly agents: readonly string[];
}

export interface Resumed {
  /** Held, or passed over in a join of any, and then taken out by this word. */
  readonly skipped: readonly Delivery[];
  /** Held until this word, and let go. */
  readonly freed: readonly Delivery[];
  /** Held by these agents until this word, and by others still. */
  readonly kept: readonly Delivery[];
}

/** Of all deliveries that are kept, newest first. @throws SwarmError REDIS_* */
export async function resumedBy(
  { store }: Pick<OrderDeps, 'store'>,
  { by, at, agents }: ResumeWord,
): Promise<Resumed> {
  const isOurs = (one: string) => agents.includes(one);
  const ours = await store.keptThat(({ gas }) => givers(gas).some(isOurs));
  const has = ({ steps }: Delivery, state: Delivery['state']) =>
    steps.some((step, nr) => nr > 0 && step.state === state && step.at >= at);
  const isSkipped = ({ gas, state, since, steps }: Delivery) => {
    if (state !== 'suppressed' || since < at || steps.at(-1)?.detail !== skippedBy(by)) return false;
    // `gas skip` takes out what was not held, too; what was passed over begins as taken out.
    const before = steps.at(-2);
    return before === undefined ? gas.replaces !== undefined : before.state === 'held';
  };
  return {
    skipped: ours.filter((one) => isSkipped(one) && givers(one.gas).every(isOurs)),
    // Nothing but the end of a pause leads to `pending`, or to `held` once more.
    freed: ours.filter((one) => has(one, 'pending')),
    kept: ours.filter((one) => one.state === 'held' && has(one, 'held') && !holdersOf(one).some(isOurs)),
  };
}
