// The end of a process, in this order: not ready any more, a wait for load balancers, no new commands, then the parts in
// their order (pipeline and console, running jobs, transports, connections, servers). Bounded, and true about what was left.
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Part } from '../core/lifecycle.ts';
import type { Logger } from '../core/logger.ts';
import type { GivenUp } from '../core/supervisor.ts';

export interface DrainSteps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Readiness ends. */
  readonly notReady: () => void;
  /** Whether anybody may still be sent here; if not, there is no wait. */
  readonly wasReady: () => boolean;
  /** Resolves when the commands under way have their replies. */
  readonly closeIntake: () => Promise<void>;
  readonly stopParts: (deadlineMs: number) => Promise<readonly GivenUp[]>;
  /** What all parts share, closed when they have stopped. */
  readonly closeShared: () => Promise<void>;
}

/** The last step has this long, ms. */
const closeMs = 2_000;

/** Runs the steps; `timeoutMs` bounds them after the wait of `delayMs`. Resolves to what was given up; never rejects. */
export async function drain(
  steps: DrainSteps,
  { delayMs, timeoutMs }: { readonly delayMs: number; readonly timeoutMs: number },
): Promise<readonly GivenUp[]> {
  const { clock, logger } = steps;
  const wait = steps.wasReady() ? delayMs : 0;
  steps.notReady();
  logger.info({ delayMs: wait, timeoutMs }, 'draining');
  if (wait > 0) await clock.sleep(wait);
  const begun = clock.now();
  await within(steps.closeIntake(), timeoutMs, clock);
  const givenUp = [...(await steps.stopParts(Math.max(0, timeoutMs - (clock.now() - begun))))];
  if (!(await within(steps.closeShared(), closeMs, clock))) {
    const error = new SwarmError(coreErrors.stopTimedOut, `the queue was not closed within ${closeMs} ms`);
    givenUp.push({ component: 'queue', error });
  }
  const seconds = (clock.now() - begun) / 1000;
  if (givenUp.length === 0) logger.info({ seconds }, 'drained');
  for (const { component, error } of givenUp) {
    logger.error({ component, code: error.code, error: error.message }, 'a part was given up');
  }
  return givenUp;
}

async function within(work: Promise<void>, ms: number, clock: Clock): Promise<boolean> {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(
    () => false,
    () => true,
  );
  // What fails while all is being closed has nothing left to be told.
  const inTime = await Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    late,
  ]);
  done.abort();
  return inTime;
}

/** Says of each part which others must outlive it, beside those that it starts after. */
export function outlivedBy(parts: readonly Part[], names: readonly string[]): readonly Part[] {
  return parts.map((part) => ({ ...part, stopsBefore: [...(part.stopsBefore ?? []), ...names] }));
}

/** The names of parts. */
export function namesOf(parts: readonly Part[]): readonly string[] {
  return parts.map(({ service }) => service.name);
}
