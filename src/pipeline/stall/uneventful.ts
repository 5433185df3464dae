// What is written down of agents of whom a look leaves nothing to be done, which are nearly all. It judges them anew, since
// another process may have looked meanwhile.
import type { Clock } from '../../core/clock.ts';
import type { StallOptions } from './config.ts';
import type { Facts } from './facts.ts';
import { type Judgement, judge } from './judge.ts';
import { newWatch, type Watch } from './record.ts';
import type { WatchStore } from './store.ts';

/** An agent, and what was seen of it. */
export interface Uneventful {
  readonly agent: string;
  readonly facts: Facts;
}

export interface WriteDeps {
  readonly watches: Pick<WatchStore, 'one' | 'save'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Writes them down together: each alone costs two trips to Redis. Where something is to be done by now, the next look finds it.
 * Each of the results is of one agent.
 */
export async function writeDown(
  { watches, clock }: WriteDeps,
  seen: readonly Uneventful[],
  stall: StallOptions,
): Promise<readonly PromiseSettledResult<void>[]> {
  const write = async ({ agent, facts }: Uneventful) => {
    const held = await watches.one(agent);
    const now = clock.now();
    const before = held.value ?? newWatch(agent, now, stall.bootGraceMs);
    const judged = judge(before, facts, now, stall);
    if (isUneventful(before, judged)) await watches.save(held, judged.watch);
  };
  const results: PromiseSettledResult<void>[] = [];
  for (let at = 0; at < seen.length; at += atOnce) {
    results.push(...(await Promise.allSettled(seen.slice(at, at + atOnce).map(write))));
  }
  return results;
}

/** Of so many: of all at one moment a busy machine would not have made and written the last within the time of a command. */
const atOnce = 1_000;

/** Whether a look leaves nothing to do, and the gas of its agent where it was meant to go. */
export function isUneventful(before: Watch, { watch, effects }: Judgement): boolean {
  if (effects.length > 0 || before.owed.length > 0) return false;
  return JSON.stringify(watch.proposals) === JSON.stringify(before.proposals);
}

/** That it was looked at is written down often enough for nobody to think that the watch was away. */
const writtenAtLeastMs = 120_000;

/** Whether what was found at `now` stands there already, but for the time of the look. */
export function isWritten(known: Watch, watch: Watch, now: number): boolean {
  const { judgedAt } = known;
  if (now < judgedAt || now - judgedAt >= writtenAtLeastMs) return false;
  return JSON.stringify({ ...watch, judgedAt }) === JSON.stringify(known);
}
