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
  readonly ledger: {
    passOver(id: string, detail: string): Promise<unknown>;
    alarm(id: string, why: string, paused: readonly string[]): Promise<unknown>;
  };
}

export interface GivenWay {
  /** False where nobody came behind it, or what did is held: then it may as well lie where it does. */
  readonly isGiven: boolean;
  /** Whose gas goes in its place once one of them is resumed. */
  readonly paused: readonly string[];
}

/** Each throws SwarmError STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*, and what `give` does. */
export interface GivingWay {
  giveWay(gone: Delivery, why: string): Promise<GivenWay>;
  /**
   * What came only after a person was wanted goes too, and in the place of what a pause holds; all are tried, and the first
   * failure is thrown after.
   * @param open deliveries of the open set, as they were a moment ago
   */
  passOn(open: readonly Delivery[]): Promise<void>;
}

export function createGivingWay({ store, clock, give, ledger }: GivingWayDeps): GivingWay {
  async function giveWay(gone: Delivery, reason: string, behind: readonly Delivery[]): Promise<GivenWay> {
    if (behind.length === 0) return nobody;
    const what = gone.state === 'held' ? 'is held' : 'was not taken';
    const why = `that of ${gone.gas.from} ${what}: ${reason}`;
    const after = await nextBehind({ store, clock }, await firstOf(store, gone), { gone, behind, why });
    if (after === null) return nobody;
    const { next, paused } = after;
    for (const one of paused) await ledger.passOver(one.behind.gas.id, whyPassedOver(one));
    if (next.state === 'held') return { isGiven: false, paused: paused.map((one) => one.behind.gas.from) };
    await give(gone, next, `that of ${next.gas.from} goes in its place: ${reason}`);
    return { isGiven: true, paused: [] };
  }

  /** Whom to resume may have changed since the alert. */
  async function tryAgain(wanting: Delivery, why: string, behind: readonly Delivery[]): Promise<void> {
    const { isGiven, paused } = await giveWay(wanting, why, behind);
    // What is held waits for a word that a person knows of.
    const isKnown = wanting.alert === null || (paused.length === 0 && wanting.alert.paused === undefined);
    if (!isGiven && !isKnown) await ledger.alarm(wanting.gas.id, why, paused);
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
    passOn: async (open) => {
      const held = open.filter(isHeldAlone);
      const ids = [...(await store.alerts()), ...held.map(({ gas }) => gas)].map(({ id }) => id);
      const behind = ids.length === 0 ? [] : await allBehind(store);
      if (behind.length === 0) return;
      const { values } = await store.deliveries(ids);
      const results: PromiseSettledResult<unknown>[] = [];
      for (const one of values) {
        const why = one === null ? null : whyOf(one);
        if (one === null || why === null) continue;
        const given = tryAgain(one, why, behind).catch(unlessItMayLieThere);
        results.push(...(await Promise.allSettled([given])));
      }
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

/** By the pause of its sender, and no other: gas of a join of all is held for all in it. */
function isHeldAlone({ gas, state, heldBy }: Delivery): boolean {
  return state === 'held' && gas.checkpoint !== null && heldBy === undefined;
}

/** Why another may go in its place; null where that is so no more. */
function whyOf(one: Delivery): string | null {
  if (one.alert !== null) return one.alert.why;
  return isHeldAlone(one) ? `${one.gas.from} is paused` : null;
}

const nobody: GivenWay = { isGiven: false, paused: [] };

/** It may still be taken, so the alert stands. */
function unlessItMayLieThere(thrown: unknown): void {
  if (!mayLieThere(thrown)) throw thrown;
}
