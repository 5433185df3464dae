// `swarmline api spec`: the description of the HTTP face, without a platform.
import { describeApi } from '../../api/index.ts';
import { catalogue } from '../../commands/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export async function apiSpec(io: Io): Promise<ExitCode> {
  const description = await describeApi(catalogue, io.version ?? 'unknown');
  io.stdout.write(`${JSON.stringify(description, null, 2)}\n`);
  return exitCodes.ok;
}
