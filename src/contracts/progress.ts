// What an agent says of its own progress: one shape for every door it comes through, and one way to be answered.
// The file that some agents write instead has its own rules, in pipeline/progress/read-status.ts.
import { z } from 'zod';
import { agentIdSchema, checkpointSchema } from './agents.ts';

const whole = z.number().int().min(0);
const entry = z.string().trim().min(1).max(300);
const entries = z.array(entry).max(200);

/** Each figure of a report, for whoever has to describe them one by one. */
export const progressShape = {
  mission: entry.optional().describe('what it works on; absent: the same as before'),
  percent: z.number().min(0).max(100).optional().describe('rounded down; before the counts and the lists'),
  completed: whole.optional().describe('tasks of this mission that are done; needs `total`'),
  total: whole.min(1).optional().describe('all tasks of this mission; needs `completed`'),
  done: entries.optional().describe('the tasks that are done, by name'),
  open: entries.optional().describe('the tasks that are not'),
  epoch: whole.optional().describe('grows with each mission; a greater one begins a new mission'),
  seq: whole.optional().describe('grows with each report of an epoch; one that does not is told as late'),
  at: whole.optional().describe('when it was so, ms since the epoch; default: when the report arrives'),
  note: z.string().trim().min(1).max(1_000).optional().describe('for whoever goes on, in a sentence or two'),
  artefacts: z.array(entry).max(20).optional().describe('paths or links to what was made'),
} as const;
const words = z.strictObject(progressShape);

/** What stands in a report beside the agent that it is about. */
export const progressWordsSchema = words.superRefine(sound);
export type ProgressWords = z.infer<typeof progressWordsSchema>;

/**
 * The same on the bus, with the agent where the body names it. An envelope may stand around it, known by its `v`: what else
 * is in that may be of another version, and is left out.
 */
export const progressMessageSchema = z
  .looseObject({ v: z.unknown().optional() })
  .transform(({ v, ...body }) => (v === undefined ? body : onlyOurs(body)))
  .pipe(words.extend({ agent: agentIdSchema.optional() }).superRefine(sound));

/** A whole report. */
export const progressReportSchema = words.extend({ agent: agentIdSchema }).superRefine(sound);
export type ProgressReport = z.infer<typeof progressReportSchema>;

/**
 * `duplicate`: the newest report has the same epoch and seq. `late`: a newer one was taken before. Neither is a fault, and
 * neither changes anything. `last` is the newest that was taken.
 */
export const progressAnswerSchema = z.discriminatedUnion('accepted', [
  z.object({
    accepted: z.literal(true),
    mission: z.string(),
    epoch: whole.describe('as Swarmline counts the missions of this agent'),
    percent: z.number().nullable().describe('null is unknown, which is not 0'),
    crossed: z
      .array(checkpointSchema)
      .describe('checkpoints that this report crossed; their gas is on its way, or held'),
  }),
  z.object({
    accepted: z.literal(false),
    reason: z.enum(['duplicate', 'late']),
    detail: z.string().describe('for people'),
    last: z.object({ epoch: whole.nullable(), seq: whole.nullable() }),
  }),
]);
export type ProgressAnswer = z.infer<typeof progressAnswerSchema>;

/** Where reports go in, whichever process has the door: what is answered as accepted is stored. */
export interface ProgressSink {
  /**
   * @param word whose word it is, such as `on the word of cli:local`, where it is not the agent's own
   * @throws SwarmError AGENT_UNKNOWN, STORE_CONFLICT, RECORD_UNREADABLE, REDIS_*, and what a queue throws for its gas
   */
  report(report: ProgressReport, word?: string): Promise<ProgressAnswer>;
}

function onlyOurs(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key === 'agent' || key in progressShape));
}

function sound(
  { percent, completed, total, done, open }: z.infer<typeof words>,
  context: z.RefinementCtx,
): void {
  const wrong = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (completed !== undefined && total === undefined) wrong('total', '`completed` needs `total` beside it');
  if (total !== undefined && completed === undefined)
    wrong('completed', '`total` needs `completed` beside it');
  if (completed !== undefined && total !== undefined && completed > total) {
    wrong('completed', `more than the ${total} tasks that there are`);
  }
  if ([percent, completed, total, done, open].every((figure) => figure === undefined)) {
    wrong('percent', 'say how far it is: `percent`, `completed` and `total`, or `done` and `open`');
  }
}
