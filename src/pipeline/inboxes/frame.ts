// How gas is taken on where it is no file that could be moved to done/.
import type { Gas } from '../../contracts/agents.ts';
import { acceptance } from '../text.ts';

/** The words of a gas, with how to acknowledge them in place of the sentence about its file. @param how it came, a sentence */
export function withAcknowledgement({ id, text }: Gas, how: string): string {
  const words = text.split('\n').filter((line) => line !== acceptance);
  const last = `${how} There is no file to move: \`swarmline agent ack ${id}\` says that you have it.`;
  return `${words.join('\n').trimEnd()}\n\n${last}\n`;
}
