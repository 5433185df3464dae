// How long a recovery took: printed, since the machine decides it, and bounded, since a recovery that does not come is a
// fault.
import { eventually } from './fixtures.ts';
import { patienceMs } from './patience.ts';

export interface Recovery {
  /** Which fault, and what is awaited. */
  readonly what: string;
  /** What is required of a machine that does nothing else, ms; absent: nothing but that it comes. */
  readonly requiredMs?: number;
  /** What this test waits for at most, ms; default: patienceMs, for a machine that is shared. */
  readonly withinMs?: number;
}

/** Awaits a state and prints how long that took. Resolves to the milliseconds; rejects after `withinMs`. */
export async function measured(recovery: Recovery, reached: () => unknown): Promise<number> {
  const begin = performance.now();
  await eventually(reached, { timeoutMs: recovery.withinMs ?? patienceMs });
  const tookMs = Math.round(performance.now() - begin);
  const required = recovery.requiredMs === undefined ? '' : ` (required ${recovery.requiredMs} ms)`;
  print(`${recovery.what}: ${tookMs} ms${required}`);
  return tookMs;
}

/** Prints what was measured. */
export function print(text: string): void {
  process.stdout.write(`measured: ${text}\n`);
}
