// Words about actions that people asked for, and about what became of them.
import { z } from 'zod';
import { type Step, reportSchema } from './chat.ts';

/** What is known of an action before anything came of it. */
export const actionNoteSchema = z.object({
  correlationId: z.string().min(1),
  command: z.string(),
  args: z.record(z.string(), z.string()),
  /** Who asked, by the name of the person, and as `surface:id`. */
  person: z.string(),
  principal: z.string(),
  /** When it was confirmed, ms since the epoch. */
  at: z.number(),
});
export type ActionNote = z.infer<typeof actionNoteSchema>;

/** What an action came to so far, in the words of its latest report. */
export const actionWordSchema = reportSchema.pick({ kind: true, subject: true, final: true, text: true });
export type ActionWord = z.infer<typeof actionWordSchema>;

/** An action as it is known now. */
export interface ActionView {
  readonly note: ActionNote;
  /** Those it went through so far; none: no worker has begun it. */
  readonly steps: readonly Step[];
  /** Null: nothing was reported of it yet. */
  readonly word: ActionWord | null;
}
