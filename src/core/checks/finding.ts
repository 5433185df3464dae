// What a check of the surroundings found, in words for people, with the mend where something is wrong.
import type { Clock } from '../clock.ts';
import { errorText } from '../errors.ts';

export interface Finding {
  readonly name: string;
  /** `warn`: it works, until it does not. `skipped`: there was nothing to look at. */
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  /** What was seen. */
  readonly said: string;
  /** What to do; absent where nothing need be done. */
  readonly mend?: string;
}

/** Looks at one thing. What it throws counts as a failure of that thing. */
export interface Check {
  readonly name: string;
  readonly mend: string;
  readonly look: (signal: AbortSignal) => Promise<readonly Finding[]>;
}

/** Runs all checks side by side; one that hangs is a failure after `limitMs`. Keeps their order. */
export async function runChecks(
  checks: readonly Check[],
  { clock, limitMs }: { readonly clock: Clock; readonly limitMs: number },
): Promise<Finding[]> {
  const findings = checks.map(async ({ name, mend, look }): Promise<readonly Finding[]> => {
    const stop = new AbortController();
    const hangs = clock
      .sleep(limitMs, stop.signal)
      .then((): readonly Finding[] => [
        { name, state: 'fail', said: `no answer within ${limitMs / 1000} s`, mend },
      ]);
    hangs.catch(() => undefined);
    try {
      return await Promise.race([look(stop.signal), hangs]);
    } catch (thrown) {
      return [{ name, state: 'fail', said: errorText(thrown), mend }];
    } finally {
      stop.abort();
    }
  });
  return (await Promise.all(findings)).flat();
}
