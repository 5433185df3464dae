// The human hand on an agent's run: pause, resume, send ahead, take out. Pure, beside the machine that follows the status;
// orders.ts does the effects.
import type { Checkpoint } from '../contracts/agents.ts';
import { ahead, type PauseWord, type Run } from './run.ts';

export type HandEvent =
  /** The newer of two words stands, in whatever order they arrive. `now`: when it is taken, ms. */
  | { readonly kind: 'word'; readonly word: PauseWord; readonly now: number }
  /** The next checkpoint's gas goes now. */
  | { readonly kind: 'send' }
  | { readonly kind: 'skip'; readonly checkpoint: Checkpoint };

export interface HandStep {
  readonly run: Run;
  /** The checkpoint that was taken out of the run's course; null when the event changed no such thing. */
  readonly settled: Checkpoint | null;
}

/** An event that does not fit returns the very same run. */
export function transitionByHand(run: Run, event: HandEvent): HandStep {
  switch (event.kind) {
    case 'word':
      return {
        run: isOvertaken(run, event.word, event.now) ? run : { ...run, word: event.word },
        settled: null,
      };
    case 'send':
      return settle(run, ahead(run)[0]);
    case 'skip':
      return settle(
        run,
        ahead(run).find((checkpoint) => checkpoint === event.checkpoint),
      );
  }
}

/**
 * Whether a later word than this one was heard before it. One of a time that is still to come was given before the clock was
 * set back: what is said now is later.
 */
export function isOvertaken({ word }: Run, { at }: Pick<PauseWord, 'at'>, now: number): boolean {
  if (word === null || word.at <= at) return false;
  return word.at - now < setBackMs || at - now >= setBackMs;
}

/** Clocks of two machines may differ by less. */
const setBackMs = 60_000;

function settle(run: Run, checkpoint: Checkpoint | undefined): HandStep {
  if (checkpoint === undefined) return { run, settled: null };
  const mission = { ...run.mission, settled: [...run.mission.settled, checkpoint] };
  return { run: { ...run, mission }, settled: checkpoint };
}
