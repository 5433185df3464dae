// `swarmline gas replay FILE…`: recorded histories through the real reader and machine; no effect, no Redis.
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { replay } from '../../pipeline/replay.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export async function gasReplay(
  files: readonly string[],
  options: { readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  await replay(files, (line) => {
    if (io.stopped.aborted) throw new SwarmError(coreErrors.aborted, 'stopped before the end');
    io.stdout.write(`${options.json ? JSON.stringify(line) : plain(line)}\n`);
  });
  return exitCodes.ok;
}

function plain(line: object): string {
  return Object.entries(line)
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' ');
}
