// Gas that nobody takes gives way to what came behind it in a join of any, or the round would end with nobody's: as where a
// person takes the first out.
import type { Clock } from '../core/clock.ts';
import { allBehind, firstOf, nextBehind, whyPassedOver } from './behind.ts';
import type { Delivery } from './delivery.ts';
import type { GasStore } from './store.ts';
import { mayLieThere } from './take-back.ts';

/** Gives a delivery in the place of another. @param detail what the other one is told with */
export type Give = (old: Delivery, next: Delivery, detail: string) => Promise<void>;

export interface GivingWayDeps {
  readonly store: GasStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly give: Give;
  /** Notes at one that came behind why it does not go now. */
  readonly passOver: (id: string, detail: string) => Promise<unknown>;
}

/** Each throws SwarmError STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*, and what `give` does. */
export interface GivingWay {
  /** False where nobody came behind it, or what did is held: then it may as well lie where it does. */
  giveWay(gone: Delivery, why: string): Promise<boolean>;
  /** What came only after a person was wanted goes too; all are tried, and the first failure is thrown after. */
  passOn(): Promise<void>;
}

export function createGivingWay({ store, clock, give, passOver }: GivingWayDeps): GivingWay {
  async function giveWay(gone: Delivery, reason: string, behind: readonly Delivery[]): Promise<boolean> {
    if (behind.length === 0) return false;
    const why = `that of ${gone.gas.from} was not taken: ${reason}`;
    const after = await nextBehind({ store, clock }, await firstOf(store, gone), { gone, behind, why });
    if (after === null) return false;
    const { next, paused } = after;
    for (const one of paused) await passOver(one.behind.gas.id, whyPassedOver(one));
    if (next.state === 'held') return false;
    await give(gone, next, `that of ${next.gas.from} goes in its place: ${reason}`);
    return true;
  }

  /** Many may be given up at once: it is asked first whether their receiver joins at all. */
  async function behindOf({ gas, meant }: Delivery): Promise<readonly Delivery[]> {
    const receiver = meant ?? gas.to;
    const joins = await store.joins();
    const isJoin = joins.some((one) => one.receiver === receiver && one.checkpoint === gas.checkpoint);
    return isJoin ? allBehind(store) : [];
  }

  return {
    giveWay: async (gone, reason) => giveWay(gone, reason, await behindOf(gone)),
    passOn: async () => {
      const alerts = await store.alerts();
      const behind = alerts.length === 0 ? [] : await allBehind(store);
      if (behind.length === 0) return;
      const { values } = await store.deliveries(alerts.map(({ id }) => id));
      const results: PromiseSettledResult<unknown>[] = [];
      for (const one of values) {
        if (!one?.alert) continue;
        const given = giveWay(one, one.alert.why, behind).catch(unlessItMayLieThere);
        results.push(...(await Promise.allSettled([given])));
      }
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

/** It may still be taken, so the alert stands. */
function unlessItMayLieThere(thrown: unknown): void {
  if (!mayLieThere(thrown)) throw thrown;
}
