// Whether a moment is a tick of a cron expression, by the same library that makes the ticks. It starts no timer.

/** The matcher of `cron`, read in `timezone`. */
export async function makeCronMatch(cron: string, timezone = 'UTC'): Promise<(date: Date) => boolean> {
  const { createTask } = await import('node-cron');
  const task = createTask(cron, () => undefined, { timezone });
  // The library keeps a list of all tasks until they are destroyed; it matches all the same.
  await task.destroy();
  const comesAgain = makeComesAgain(timezone);
  return (date) => task.match(date) && !comesAgain(date);
}

/** By as much clocks are set back. */
const changesMs = [1_800_000, 3_600_000];

/** Whether the clock on the wall shows the same once more: of such a pair the library's timer fires at the second. */
function makeComesAgain(timeZone: string): (date: Date) => boolean {
  const format = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (date) => {
    const wall = format.format(date);
    return changesMs.some((ms) => format.format(date.getTime() + ms) === wall);
  };
}
