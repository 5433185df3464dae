// Reports of one action that follow each other quickly leave as one: each tells the whole story, so the newest says it all,
// and a person could not have read those before it. What ends the story never waits.
import type { JobOrder } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { startTimer, type Timer } from '../core/timer.ts';

export interface GatheredDeps {
  readonly jobs: JobSink;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Where the reports of one action go, in their order. */
export interface GatheredReports {
  /** Keeps a report for a moment, adds it at once where it is final, and drops what comes after that. @throws what the sink threw, of an earlier one too */
  add(order: JobOrder<'chat.report'>): Promise<void>;
  /** Adds what is kept. @throws as `add` */
  flush(): Promise<void>;
}

/** Creates it. @param gatherMs how long the first that is kept waits for those behind it; default 100 */
export function gatherReports(
  { jobs, clock }: GatheredDeps,
  { gatherMs = 100 }: { readonly gatherMs?: number } = {},
): GatheredReports {
  let held: JobOrder<'chat.report'> | undefined;
  let adding: Promise<unknown> = Promise.resolve();
  let timer: Timer | undefined;
  let hasEnded = false;
  const flush = async (): Promise<void> => {
    timer?.callOff();
    const order = held;
    held = undefined;
    if (order) adding = adding.then(() => jobs.add(order));
    await adding;
  };
  return {
    flush,
    add: async (order) => {
      // Of a step that was written at the same moment as the end, which has told it.
      if (hasEnded) return;
      hasEnded = order.body.final;
      const isFirst = held === undefined;
      held = order;
      if (order.body.final) return flush();
      if (!isFirst) return;
      timer = startTimer(clock, gatherMs);
      // Whoever adds the next one, or ends, hears of its failure.
      void timer.over.then(flush).catch(() => undefined);
    },
  };
}
