// What is added to the words of a gas where no file of it can be moved to done/.
import type { Gas } from '../../contracts/agents.ts';

/** @param how one sentence on the way it came */
export function withAcknowledgement({ id, text }: Gas, how: string): string {
  const last = `${how} There is no file to move: \`swarmline agent ack ${id}\` says that you have it.`;
  return `${text.trimEnd()}\n\n${last}\n`;
}
