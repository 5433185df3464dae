// Who works in another's place: what such an agent has done is handed over to those behind that other, or the chain would
// end with it. Pure; the run remembers it.

/** One mission that an agent took for another. */
export interface StandIn {
  /** Whose work it was: sender and epoch, so that its checkpoints count once. */
  readonly key: string;
  /** In whose place. */
  readonly meant: string;
  /** The work is the agent's first mission from this epoch on. */
  readonly from: number;
  /** Which mission it was; null until it is over. */
  readonly epoch: number | null;
}

/** So many are remembered. */
const kept = 20;

/** It took gas that was meant for another while in `epoch`; the same work again returns the very same list. */
export function standIn(
  list: readonly StandIn[],
  { key, meant, epoch }: { readonly key: string; readonly meant: string; readonly epoch: number },
): readonly StandIn[] {
  if (list.some((one) => one.key === key && one.meant === meant)) return list;
  return [...list, { key, meant, from: epoch + 1, epoch: null }].slice(-kept);
}

/** For whom it works in `epoch`, besides itself. */
export function standsFor(list: readonly StandIn[], epoch: number): readonly string[] {
  const now = list.filter((one) => (one.epoch === null ? one.from <= epoch : one.epoch === epoch));
  return [...new Set(now.map(({ meant }) => meant))];
}

/** A mission is over; one that was left before it handed anything over was not the work. */
export function leaveEpoch(
  list: readonly StandIn[],
  { epoch, maxPercent }: { readonly epoch: number; readonly maxPercent: number | null },
): readonly StandIn[] {
  if ((maxPercent ?? 0) < 75) return list;
  return list.map((one) => (one.epoch === null && one.from <= epoch ? { ...one, epoch } : one));
}
