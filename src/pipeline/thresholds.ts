// At which percent the gas of 75 and 90 % goes out, by how fast its agent has been. Pure. In doubt never later than the
// fixed points: gas that comes early lies in an inbox, gas that comes late stalls a chain.

/** For one mission; they are settled when it begins, so that a checkpoint can neither fire twice nor be passed over. */
export interface Thresholds {
  /** Percent at which the hand-over of 75 fires, 70 to 80. */
  readonly handover: number;
  /** Percent at which the backup of 90 fires, 85 to 92. */
  readonly backup: number;
  /** Why, for the record; null for the fixed points of old. */
  readonly reason: string | null;
}

export const fixedThresholds: Thresholds = { handover: 75, backup: 90, reason: null };

/** From fewer missions nothing is concluded, and from fewer than the second nothing that would make gas later. */
const fewest = 3;
const enoughForLater = 5;
/** Part of the lead that the backup leaves. */
const backupPart = 0.4;

/**
 * @param paces percent per minute of past missions
 * @param leadMinutes how long before its end a mission's gas is to be there
 */
export function thresholdsOf(paces: readonly number[], leadMinutes: number): Thresholds {
  const known = paces.filter((pace) => Number.isFinite(pace) && pace > 0);
  if (known.length < fewest) return { ...fixedThresholds, reason: `only ${known.length} missions are known` };
  // The fastest is what it may be again.
  const fastest = Math.max(...known);
  const mayBeLater = known.length >= enoughForLater;
  const at = (leadPart: number, fixed: number, [low, high]: readonly [number, number]) => {
    const wanted = Math.floor(100 - fastest * leadMinutes * leadPart);
    return Math.min(mayBeLater ? high : fixed, Math.max(low, wanted));
  };
  const handover = at(1, fixedThresholds.handover, [70, 80]);
  const backup = at(backupPart, fixedThresholds.backup, [85, 92]);
  const pace = `${fastest.toFixed(2)} % a minute at its fastest of ${known.length} missions`;
  return { handover, backup, reason: `${pace}, and ${leadMinutes} min of lead are wanted` };
}

/** Percent at which a checkpoint fires. */
export function levelOf({ handover, backup }: Thresholds, checkpoint: 75 | 90 | 100): number {
  if (checkpoint === 100) return 100;
  return checkpoint === 75 ? handover : backup;
}
