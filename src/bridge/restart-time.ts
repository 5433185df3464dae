// How long a restart took: the seconds of the service, without those in which Swarmline itself or RabbitMQ was away. Pure.
import type { ServiceEvent } from '../contracts/bus.ts';
import type { Absent } from '../contracts/services.ts';

/** What is known of the time of one restart. All in ms since the epoch. */
export interface RestartTimes {
  /** When the order was first published; null: it is not known. */
  readonly firstSentAt: number | null;
  /** When its sidecar took it, by the sidecar's own clock, where this process has heard that. */
  readonly acceptedAt: number | null;
  /** Who was away in between; null: nobody. */
  readonly absent: Absent | null;
  readonly now: number;
}

/** Of the `ready` that ended it. `withAbsenceOf`: the time that this one was away may be among it. */
export function restartTime(
  { readySince }: Pick<ServiceEvent, 'readySince'>,
  { firstSentAt, acceptedAt, absent, now }: RestartTimes,
): { readonly tookMs: number; readonly withAbsenceOf?: Absent } {
  const here = now - (firstSentAt ?? now);
  // A RabbitMQ that only halts is away without a word: from accepted to ready both are the service's own.
  const from = acceptedAt ?? (absent === null ? null : firstSentAt);
  const there = readySince === null || from === null ? -1 : readySince - from;
  // Two clocks that disagree by more than the restart took tell nothing.
  if (there >= 0 && there <= here) return { tookMs: there };
  return { tookMs: here, ...(absent !== null && { withAbsenceOf: absent }) };
}
