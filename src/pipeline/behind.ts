// Gas that somebody reached after another was first in a join of any: which of it is next, where that of the first goes to
// nobody. It stores nothing.
import type { Clock } from '../core/clock.ts';
import { type Delivery, newDelivery } from './delivery.ts';
import { heirId, toHeir } from './gas.ts';
import { pauseOf } from './machine.ts';
import type { GasStore } from './store.ts';

export interface BehindDeps {
  readonly store: Pick<GasStore, 'delivery' | 'run'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The gas that was the first of the round, whatever went in its place since. @throws SwarmError RECORD_UNREADABLE, REDIS_* */
export async function firstOf(store: Pick<GasStore, 'delivery'>, { gas }: Delivery): Promise<string> {
  const before = gas.replaces === undefined ? null : (await store.delivery(gas.replaces)).value;
  if (before === null) return gas.id;
  return before.behind ?? firstOf(store, before);
}

/** All that came behind another, oldest first. @throws SwarmError REDIS_* */
export async function allBehind(store: Pick<GasStore, 'recentDeliveries'>): Promise<readonly Delivery[]> {
  const { deliveries } = await store.recentDeliveries(searched);
  return deliveries.filter(({ behind }) => behind !== undefined).toReversed();
}

export interface Gone {
  readonly gone: Delivery;
  readonly behind: readonly Delivery[];
  /** For people: what became of it. */
  readonly why: string;
}

/**
 * The oldest of those behind the first of its round that is to go where `gone` does not: a new delivery, or the one that goes
 * already. Null where all were taken out, or nobody came. @throws as `firstOf`
 */
export async function nextBehind(
  { store, clock }: BehindDeps,
  first: string,
  { gone, behind, why }: Gone,
): Promise<Delivery | null> {
  for (const one of behind.filter((other) => other.behind === first)) {
    const there = await latest(store, heirId(one.gas.id));
    if (there?.state === 'suppressed' || there?.gas.id === gone.gas.id) continue;
    if (there !== null) return there;
    const run = (await store.run(one.gas.from)).value;
    const pause = run === null ? null : pauseOf(run);
    const detail = `${why}${pause === null ? '' : `, while paused by ${pause.by}`}`;
    const state = pause === null ? 'pending' : 'held';
    return newDelivery(toHeir(one.gas, clock.now()), detail, { ...placeOf(one), state });
  }
  return null;
}

export function placeOf({ fallbacks, meant, gas }: Delivery) {
  return { fallbacks, meant: meant ?? gas.to };
}

/** A delivery, or what stands for it by now. */
async function latest(store: BehindDeps['store'], id: string): Promise<Delivery | null> {
  const { value } = await store.delivery(id);
  return value?.replacedBy ? latest(store, value.replacedBy) : value;
}

/** All that are kept. */
const searched = 1_000;
