// What a terminal can show.
import type { Io } from './io.ts';

/** Whether stdout is a terminal that shows colours, and nobody said no. */
export function wantsColour({ stdout, env }: Pick<Io, 'stdout' | 'env'>): boolean {
  return stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
