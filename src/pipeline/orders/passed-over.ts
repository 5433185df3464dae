// Gas of paused agents that was passed over in a join of any, while a person is wanted for the first: what waits for their
// resume, and what a resume makes of it.
import { allBehind, firstOf } from '../behind.ts';
import type { Delivery } from '../delivery.ts';
import { heirId } from '../gas.ts';
import type { OrderDeps } from './deps.ts';

/** That of `agents`, oldest first. @throws SwarmError RECORD_UNREADABLE, REDIS_* */
export async function passedOver(
  { store }: Pick<OrderDeps, 'store'>,
  agents: readonly string[],
): Promise<readonly Delivery[]> {
  const alerts = (await store.alerts()).filter(({ paused }) => paused?.some((one) => agents.includes(one)));
  if (alerts.length === 0) return [];
  const firsts = new Set<string | undefined>();
  const { values } = await store.deliveries(alerts.map(({ id }) => id));
  for (const one of values) if (one?.alert) firsts.add(await firstOf(store, one));
  const behind = (await allBehind(store)).filter(
    (one) => firsts.has(one.behind) && agents.includes(one.gas.from),
  );
  const heirs = await heirsOf(store, behind);
  return behind.filter((_, i) => heirs[i] === null);
}

/** Lets it go after the word that resumes, where it may. For people: what came of it; empty where nothing waited. */
export async function toldPassed(
  { store, ledger }: Pick<OrderDeps, 'store' | 'ledger'>,
  waited: readonly Delivery[],
): Promise<readonly string[]> {
  if (waited.length === 0) return [];
  // What fails here is tried again by the next sweep, which tells of it; the word has been given.
  await Promise.allSettled([ledger.passOn([])]);
  const sent = (await heirsOf(store, waited)).filter((one) => one !== null);
  if (sent.length > 0) return [`${sent.length} passed over and now sent`];
  return [`${waited.length} passed over goes only once that of the first is taken back`];
}

async function heirsOf(store: OrderDeps['store'], behind: readonly Delivery[]) {
  return behind.length === 0 ? [] : (await store.deliveries(behind.map(({ gas }) => heirId(gas.id)))).values;
}
