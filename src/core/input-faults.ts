// What a schema or JSON refuses of what came in from outside, as faults of ours. A configuration has words of its own,
// in core/config.
import { z } from 'zod';
import { coreErrors, type ErrorKind } from './error-catalogue.ts';
import { errorText, SwarmError } from './errors.ts';

/** Null for anything but a refusal of zod or of `JSON.parse`. @param kind default INPUT_INVALID */
export function inputFault(thrown: unknown, kind: ErrorKind = coreErrors.inputInvalid): SwarmError | null {
  if (thrown instanceof z.ZodError) return new SwarmError(kind, z.prettifyError(thrown), { cause: thrown });
  return thrown instanceof SyntaxError ? new SwarmError(kind, errorText(thrown), { cause: thrown }) : null;
}
