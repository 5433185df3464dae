// One real fault: how the real library is brought to raise it, and what it must become. A table of them per library
// lies beside this file; samples.test.ts counts them all.
import { expect } from 'vitest';
import type { ErrorClass, SwarmError } from '../../../src/core/errors.ts';

/** What a fault becomes: its code, its class, and whether a retry can mend it. */
export type Verdict = `${string} ${ErrorClass} ${'retry' | 'final'}`;

export interface Sample<S> {
  /** Unique over all tables. */
  readonly what: string;
  /** Throws or rejects with what the library raised. */
  readonly raise: (scene: S) => unknown;
  readonly is: Verdict;
}

/** Raises a sample and converts it; fails when nothing is raised, or when it was one of ours already. */
export async function expectVerdict<S>(
  { raise, is }: Sample<S>,
  scene: S,
  convert: (thrown: unknown) => SwarmError,
): Promise<void> {
  const thrown = await raised(() => raise(scene));
  // A look-alike of ours would prove nothing of the library.
  expect(thrown).not.toMatchObject({ name: 'SwarmError' });
  const fault = convert(thrown);
  expect(verdictOf(fault)).toBe(is);
  expect(fault.cause).toBe(thrown);
}

function verdictOf({ kind }: SwarmError): string {
  return `${kind.code} ${kind.class} ${kind.retryable ? 'retry' : 'final'}`;
}

async function raised(run: () => unknown): Promise<unknown> {
  let returned: unknown;
  try {
    returned = await run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`nothing was raised; it returned ${JSON.stringify(returned)}`);
}
