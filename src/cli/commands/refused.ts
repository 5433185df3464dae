// How a command says that its key may not: in words on stderr, or as JSON where a program reads.
import type { Refused } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export function sayRefused(refused: Refused, { json }: { readonly json: boolean }, io: Io): ExitCode {
  if (json) io.stdout.write(`${JSON.stringify(refused)}\n`);
  else io.stderr.write(`${refused.text}\n`);
  return exitCodes.denied;
}
