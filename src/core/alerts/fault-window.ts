// How often each code was met of late: what the alerts on errors are judged by. Bounded by the catalogues, which name
// all the codes there are.
import type { ErrorKind, SwarmError } from '../errors.ts';

/** What is known of one code. Times in ms since the epoch. */
export interface FaultTally {
  readonly kind: ErrorKind;
  readonly lastAt: number;
  readonly lastMessage: string;
  readonly lastWhere: string;
  /** Within the last minute. */
  readonly inMinute: number;
  /** Within the whole window. */
  readonly inWindow: number;
}

interface Tally {
  kind: ErrorKind;
  lastAt: number;
  lastMessage: string;
  lastWhere: string;
  /** Start of a slice of time → how many. */
  readonly slices: Map<number, number>;
}

/** How far back is looked, ms. */
export const faultWindowMs = 600_000;
const sliceMs = 5_000;

export class FaultWindow {
  readonly #tallies = new Map<string, Tally>();

  note({ kind, message }: SwarmError, where: string, now: number): void {
    const tally = this.#tallies.get(kind.code) ?? newTally(kind);
    this.#tallies.set(kind.code, tally);
    Object.assign(tally, { lastAt: now, lastMessage: message, lastWhere: where });
    const slice = now - (now % sliceMs);
    tally.slices.set(slice, (tally.slices.get(slice) ?? 0) + 1);
    for (const begin of tally.slices.keys()) if (now - begin > faultWindowMs) tally.slices.delete(begin);
  }

  /** Every code that was ever met. */
  tallies(now: number): readonly FaultTally[] {
    return [...this.#tallies.values()].map(({ slices, ...tally }) => ({
      ...tally,
      inMinute: sum(slices, now - 60_000),
      inWindow: sum(slices, now - faultWindowMs),
    }));
  }
}

function newTally(kind: ErrorKind): Tally {
  return { kind, lastAt: 0, lastMessage: '', lastWhere: '', slices: new Map() };
}

function sum(slices: ReadonlyMap<number, number>, from: number): number {
  return [...slices].reduce((total, [begin, count]) => (begin > from ? total + count : total), 0);
}
