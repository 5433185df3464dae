// Gas that somebody reached after another was first in a join of any: it goes where a person takes out that of the first, or
// the round would end with nobody's.
import { allBehind, firstOf, nextBehind, placeOf, whyPassedOver } from '../behind.ts';
import { type Delivery, newDelivery } from '../delivery.ts';
import { heirId, toHeir } from '../gas.ts';
import { reopened } from '../join.ts';
import { untilSaved } from '../until-saved.ts';
import type { OrderDeps } from './deps.ts';

export type NextDeps = Pick<OrderDeps, 'store' | 'ledger' | 'clock'>;

/**
 * What goes in the place of gas that was taken out; null where nobody has come behind it: then the next that comes is the
 * first. Safe to do again. @throws SwarmError STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*
 */
async function nextOfAny(deps: NextDeps, skipped: Delivery): Promise<Delivery | null> {
  const { store, ledger } = deps;
  const { checkpoint } = skipped.gas;
  // What was taken out before it was to go was not the first.
  const went = skipped.state === 'suppressed' && skipped.steps[0]?.state !== 'suppressed';
  if (checkpoint === null || !went) return null;
  const first = await firstOf(store, skipped);
  const receiver = skipped.meant ?? skipped.gas.to;
  const { after } = await untilSaved(`join of ${receiver}`, async () => {
    // The round before those behind it: who comes between the two looks changes it.
    const held = await store.arrivals(receiver, checkpoint);
    const behind = await allBehind(store);
    const why = 'the gas before it was taken out';
    const after = await nextBehind(deps, first, { gone: skipped, behind, why });
    const value = after === null && held.value?.first === first ? reopened(held.value) : null;
    if (value === null) return { after };
    return (await store.saveJoins([{ receiver, checkpoint, held, value }], [])) ? { after } : null;
  });
  if (after === null) return null;
  const { next, paused } = after;
  await ledger.once(next);
  if (next.state === 'held') return next;
  for (const one of paused) await ledger.passOver(one.behind.gas.id, whyPassedOver(one));
  return next;
}

/** As `nextOfAny`, of several. */
export async function nextOfThose(
  deps: NextDeps,
  skipped: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const next: Delivery[] = [];
  for (const one of skipped) {
    const after = await nextOfAny(deps, one);
    if (after !== null) next.push(after);
  }
  return next;
}

/** For people; empty where nobody's goes. */
export function toldNext(next: readonly Delivery[]): string {
  return next
    .map(({ gas, state }) => `; that of ${gas.from} ${state === 'held' ? 'is held' : 'goes'} in its place`)
    .join('');
}

/** As it is to be recorded where a person takes out what came behind the first; the same where that went in its place. */
export async function heirToTakeOut(
  { store, clock, ledger }: NextDeps,
  behind: Delivery,
  detail: string,
): Promise<Delivery> {
  const there = (await store.delivery(heirId(behind.gas.id))).value;
  if (there !== null) return there;
  const heir = newDelivery(toHeir(behind.gas, clock.now()), detail, {
    ...placeOf(behind),
    state: 'suppressed',
  });
  await ledger.once(heir);
  return heir;
}
