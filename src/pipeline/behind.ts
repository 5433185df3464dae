// Gas that somebody reached after another was first in a join of any: which of it is next, where that of the first goes to
// nobody. It stores nothing.
import type { Clock } from '../core/clock.ts';
import { type Delivery, newDelivery } from './delivery.ts';
import { heirId, toHeir } from './gas.ts';
import { pauseOf } from './run.ts';
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
export async function allBehind(store: Pick<GasStore, 'keptThat'>): Promise<readonly Delivery[]> {
  return (await store.keptThat(({ behind }) => behind !== undefined)).toReversed();
}

export interface Gone {
  readonly gone: Delivery;
  readonly behind: readonly Delivery[];
  /** For people: what became of it. */
  readonly why: string;
}

/** What goes in the place of another. */
export interface Next {
  readonly next: Delivery;
  /** Those that do not go because their senders are paused, oldest first. */
  readonly paused: readonly Paused[];
}

export interface Paused {
  readonly behind: Delivery;
  /** Who has paused its sender. */
  readonly by: string;
}

/**
 * Of those behind the first of its round, what is to go where `gone` does not: the one that goes already, or a new delivery of
 * the oldest whose sender is not paused; `held` where all are. Null where all were taken out, or nobody came. @throws as `firstOf`
 */
export async function nextBehind(deps: BehindDeps, first: string, what: Gone): Promise<Next | null> {
  const waiting: Delivery[] = [];
  for (const one of what.behind.filter(({ behind }) => behind === first)) {
    const there = await latest(deps.store, heirId(one.gas.id));
    if (there === null) waiting.push(one);
    else if (there.state !== 'suppressed' && there.gas.id !== what.gone.gas.id) {
      return { next: there, paused: [] };
    }
  }
  return oldestToGo(deps, waiting, what.why);
}

async function oldestToGo(
  { store, clock }: BehindDeps,
  waiting: readonly Delivery[],
  why: string,
): Promise<Next | null> {
  const paused: Paused[] = [];
  const toNext = (one: Delivery, detail: string, state: 'pending' | 'held'): Next => ({
    next: newDelivery(toHeir(one.gas, clock.now()), detail, { ...placeOf(one), state }),
    paused,
  });
  for (const one of waiting) {
    const run = (await store.run(one.gas.from)).value;
    const pause = run === null ? null : pauseOf(run);
    if (pause === null) return toNext(one, why, 'pending');
    paused.push({ behind: one, by: pause.by });
  }
  const [oldest] = paused;
  return oldest === undefined ? null : toNext(oldest.behind, `${why}, while paused by ${oldest.by}`, 'held');
}

/** For people, at what is passed over. */
export function whyPassedOver({ behind: { gas }, by }: Paused): string {
  return `passed over while ${gas.from} is paused by ${by}: \`gas resume ${gas.from}\` lets it go in its turn`;
}

export function placeOf({ fallbacks, meant, gas }: Delivery) {
  return { fallbacks, meant: meant ?? gas.to };
}

/** A delivery, or what stands for it by now. @throws SwarmError RECORD_UNREADABLE, REDIS_* */
export async function latest(store: Pick<GasStore, 'delivery'>, id: string): Promise<Delivery | null> {
  const { value } = await store.delivery(id);
  return value?.replacedBy ? latest(store, value.replacedBy) : value;
}
