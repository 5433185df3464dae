// Where the checkpoints of a mission fire that begins, by the pace that the watch has seen. Gas never waits for it: where the
// record cannot be read, the fixed points stand.
import { fixedThresholds, type Thresholds, thresholdsOf } from '../thresholds.ts';
import type { WatchStore } from './store.ts';

/** Makes the look-up. */
export function makeThresholds(
  watches: Pick<WatchStore, 'many'>,
  { leadMinutes }: { readonly leadMinutes: number },
): (agent: string) => Promise<Thresholds> {
  return async (agent) => {
    const [watch] = await watches.many([agent]);
    return watch ? thresholdsOf(watch.pace.past, leadMinutes) : fixedThresholds;
  };
}
