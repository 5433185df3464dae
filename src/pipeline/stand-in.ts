// Whose work an agent took: its own, or that of another in whose place it works. What it has done is handed over to those
// behind whom it was meant for, or the chain would end with it. Pure; the run remembers it.

/** One mission that an agent took. */
export interface Assignment {
  /** Whose gas it was: sender and epoch, so that its checkpoints count once. */
  readonly key: string;
  /** For whom it was meant; the agent itself, or another. */
  readonly meant: string;
  /** The work is the agent's first mission from this epoch on. */
  readonly from: number;
  /** Which mission it was; null until it is over. */
  readonly epoch: number | null;
}

/** So many are remembered. */
const kept = 20;

/** It took gas whose work can begin with the epoch `from`; gas of the same mission again returns the very same list. */
export function assign(
  list: readonly Assignment[],
  { key, meant, from }: Pick<Assignment, 'key' | 'meant' | 'from'>,
): readonly Assignment[] {
  if (list.some((one) => one.key === key && one.meant === meant)) return list;
  return [...list, { key, meant, from, epoch: null }].slice(-kept);
}

/** For whom it works in `epoch`; none where nothing was given to it. Of several it may be any, so they all count. */
export function worksFor(list: readonly Assignment[], epoch: number): readonly string[] {
  const now = list.filter((one) => (one.epoch === null ? one.from <= epoch : one.epoch === epoch));
  return [...new Set(now.map(({ meant }) => meant))];
}

/** Who of them works in the place of `agent` now. */
export function standInsOf(
  runs: readonly ({
    readonly agent: string;
    readonly mission: { readonly epoch: number };
    readonly assignments: readonly Assignment[];
  } | null)[],
  agent: string,
): readonly string[] {
  return runs.flatMap((run) => {
    if (run === null || run.agent === agent) return [];
    return worksFor(run.assignments, run.mission.epoch).includes(agent) ? [run.agent] : [];
  });
}

/** Whether it took something in `epoch` that it has not begun. */
export function hasUnbegun(list: readonly Assignment[], epoch: number): boolean {
  return list.some((one) => one.epoch === null && one.from > epoch);
}

/** A mission is over; one that was left before it handed anything over was not the work. */
export function leaveEpoch(
  list: readonly Assignment[],
  { epoch, maxPercent }: { readonly epoch: number; readonly maxPercent: number | null },
): readonly Assignment[] {
  if ((maxPercent ?? 0) < 75) return list;
  return list.map((one) => (one.epoch === null && one.from <= epoch ? { ...one, epoch } : one));
}
