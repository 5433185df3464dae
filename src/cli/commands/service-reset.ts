// `swarmline service reset NAME`: closes the crash-loop brake of a part, in whichever processes it holds one.
import type { ProcessReset, ResetAnswer } from '../../contracts/components.ts';
import { connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { sayRefused } from './refused.ts';

/** Status 0 when nothing that was reset failed and no process was silent. @throws SwarmError COMPONENT_UNKNOWN, PLATFORM_UNREACHABLE */
export async function serviceReset(
  component: string,
  options: { readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const answer = await (await connectClient(io)).resetComponent(component);
  if ('kind' in answer) return sayRefused(answer, options, io);
  io.stdout.write(`${options.json ? JSON.stringify(answer) : linesOf(answer).join('\n')}\n`);
  const failed = answer.processes.some(({ outcome, state }) => outcome === 'reset' && state === 'failed');
  return failed || answer.silent.length > 0 || answer.unasked !== null ? exitCodes.failed : exitCodes.ok;
}

function linesOf({ component, processes, silent, unasked }: ResetAnswer): string[] {
  return [
    ...processes.map((done) => `${component} in process ${placeOf(done)}: ${wordsOf(done)}`),
    ...silent.map((one) => `process ${placeOf(one)} did not answer: whether it has ${component} is unknown`),
    ...(unasked === null ? [] : [`other processes could not be asked: ${unasked}`]),
  ];
}

function placeOf({ pid, roles }: Pick<ProcessReset, 'pid' | 'roles'>): string {
  return `${pid} (${roles.join(', ')})`;
}

function wordsOf({ outcome, state, error }: ProcessReset): string {
  const now = error === null ? state : `${state}: ${error}`;
  return outcome === 'reset' ? `the brake is closed; ${now}` : `not braked, so nothing was done; ${now}`;
}
