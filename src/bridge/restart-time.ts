// How long a restart took: the seconds of the service, without those in which Swarmline itself was away. Pure.
import type { ServiceEvent } from '../contracts/bus.ts';

/** What is known of the time of one restart. All in ms since the epoch. */
export interface RestartTimes {
  /** When the order was first published; null: it is not known. */
  readonly firstSentAt: number | null;
  /** When its sidecar took it, by the sidecar's own clock, where that was heard after a crash of ours. */
  readonly acceptedAt: number | null;
  /** Whether Swarmline was away in between. */
  readonly resumed: boolean;
  readonly now: number;
}

/** Of the `ready` that ended it. `withAbsence`: the time that Swarmline was away may be among it. */
export function restartTime(
  { readySince }: Pick<ServiceEvent, 'readySince'>,
  { firstSentAt, acceptedAt, resumed, now }: RestartTimes,
): { readonly tookMs: number; readonly withAbsence?: true } {
  const here = now - (firstSentAt ?? now);
  if (!resumed) return { tookMs: here };
  const from = acceptedAt ?? firstSentAt;
  const there = readySince === null || from === null ? -1 : readySince - from;
  // Two clocks that disagree by more than the restart took tell nothing.
  return there >= 0 && there <= here ? { tookMs: there } : { tookMs: here, withAbsence: true };
}
