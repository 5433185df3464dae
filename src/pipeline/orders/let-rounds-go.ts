// What a resume means for rounds of joins that are still open: whoever came to one while paused has been let go, and a pause
// after that holds what it reaches from then on.
import { letGo } from '../join.ts';
import type { GasStore } from '../store.ts';
import { untilSaved } from '../until-saved.ts';

/** @param agents who was resumed. @throws SwarmError STORE_CONFLICT, RECORD_UNREADABLE, REDIS_* */
export async function letRoundsGo(
  store: Pick<GasStore, 'joins' | 'arrivals' | 'saveJoins'>,
  agents: readonly string[],
): Promise<void> {
  for (const { receiver, checkpoint } of await store.joins()) {
    await untilSaved(`join of ${receiver}`, async () => {
      const held = await store.arrivals(receiver, checkpoint);
      const value = held.value === null ? null : letGo(held.value, agents);
      if (value === null || value === held.value) return true;
      return (await store.saveJoins([{ receiver, checkpoint, held, value }], [])) || null;
    });
  }
}
