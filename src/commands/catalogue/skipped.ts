// What `status` says of schedules that skipped ticks within a day; nothing of those that did not.
import type { SkippedTicks } from '../../contracts/agents.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { counted } from '../render.ts';

/** One row for each of them; its age is that of the newest tick that did not run. */
export function skippedRows(skipped: readonly SkippedTicks[], now: number): AnswerRow[] {
  return skipped.map(({ schedule, count, lastAt }) => ({
    label: `schedule ${schedule}`,
    value: `${counted(count, 'tick')} skipped within a day, the last of ${new Date(lastAt).toISOString()}`,
    ageMs: now - lastAt,
    tone: 'warn',
  }));
}
