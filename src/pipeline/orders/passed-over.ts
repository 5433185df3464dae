// Gas of paused agents that was passed over in a join of any, while a person is wanted for the first: what waits for their
// resume, and what a resume makes of it.
import { allBehind, firstOf } from '../behind.ts';
import type { Delivery } from '../delivery.ts';
import { heirId } from '../gas.ts';
import type { OrderDeps } from './deps.ts';
import type { ResumeWord } from './resumed.ts';

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

/**
 * Lets it go after the word that resumes, where it may. For people: what came of it, also in a run of the same order that a crash
 * cut short; empty where nothing waited.
 */
export async function toldPassed(
  { store, ledger }: Pick<OrderDeps, 'store' | 'ledger'>,
  waited: readonly Delivery[],
  { agents, at }: Omit<ResumeWord, 'by'>,
): Promise<readonly string[]> {
  // What fails here is tried again by the next sweep, which tells of it; the word has been given.
  if (waited.length > 0) await Promise.allSettled([ledger.passOn([])]);
  const passed = (await allBehind(store)).filter(
    ({ gas, steps }) => agents.includes(gas.from) && steps.length > 1,
  );
  const before = (await heirsOf(store, passed)).filter(
    (one) => one?.steps[0]?.state === 'pending' && one.gas.createdAt >= at,
  );
  const now = (await heirsOf(store, waited)).filter((one) => one !== null);
  const sent = new Set([...before, ...now].map((one) => one?.gas.id)).size;
  if (sent > 0) return [`${sent} passed over and now sent`];
  return waited.length === 0
    ? []
    : [`${waited.length} passed over goes only once that of the first is taken back`];
}

async function heirsOf(store: OrderDeps['store'], behind: readonly Delivery[]) {
  return behind.length === 0 ? [] : (await store.deliveries(behind.map(({ gas }) => heirId(gas.id)))).values;
}
