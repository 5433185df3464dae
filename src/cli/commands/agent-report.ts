// `swarmline agent report AGENT`: one report of progress to the running platform.
import type { ProgressAnswer, ProgressWords } from '../../contracts/progress.ts';
import { plainText } from '../../core/text.ts';
import { connectClient } from '../client.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { sayRefused } from './refused.ts';

/** Status 0 also for one that was told before: nothing is lost by it. @throws SwarmError AGENT_UNKNOWN, REQUEST_INVALID */
export async function agentReport(
  { agent, words }: { readonly agent: string; readonly words: ProgressWords },
  { json }: { readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const answer = await (await connectClient(io)).report(agent, words);
  if ('kind' in answer) return sayRefused(answer, { json }, io);
  io.stdout.write(`${json ? JSON.stringify(answer) : `${agent}: ${wordsOf(answer)}`}\n`);
  return exitCodes.ok;
}

function wordsOf(answer: ProgressAnswer): string {
  if (!answer.accepted) return `${answer.reason}, nothing changed: ${answer.detail}`;
  const { percent, mission, epoch, crossed } = answer;
  const figure = percent === null ? 'progress unknown' : `${percent} %`;
  const gas = crossed.length === 0 ? '' : `; reached ${crossed.join(', ')} %`;
  return `${figure} of ${plainText(mission, 80)} (mission ${epoch})${gas}`;
}
