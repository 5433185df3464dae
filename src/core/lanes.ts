// Work of one kind one after the other, of different kinds side by side.

/** Does `work` when all that came into the same lane before is over, however that ended. Rejects as the work does. */
export type Lanes = <T>(lane: string, work: () => Promise<T>) => Promise<T>;

export function makeLanes(): Lanes {
  const ends = new Map<string, Promise<void>>();
  return (lane, work) => {
    const result = (ends.get(lane) ?? Promise.resolve()).then(work);
    const end = result.then(nothing, nothing).then(() => {
      if (ends.get(lane) === end) ends.delete(lane);
    });
    ends.set(lane, end);
    return result;
  };
}

function nothing(): void {
  // Whoever asked for the work is told how it ended.
}
