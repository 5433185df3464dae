// Waiting for work that may never end, without leaving a timer behind.
import type { Clock } from '../../core/clock.ts';

/** Resolves when `work` has settled, in whatever way, or after `ms`. */
export async function settledWithin(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const over = new AbortController();
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([settled, clock.sleep(ms, over.signal).catch(() => undefined)]);
  over.abort();
}
