// A dead letter as a person names it, by its id or the beginning of it; and the queue that it may lie in.
import { queueNames } from '../../contracts/jobs.ts';
import { nearest } from '../parse.ts';
import type { ArgSpec } from '../spec.ts';

const listed = 8;

export const letterArg: ArgSpec = {
  name: 'id',
  description: 'Of its job, as `queue dead` shows it, or the beginning of it',
  required: true,
  candidates: async ({ queues }) => (await queues.deadLetters(25)).letters.map(({ id }) => id),
  exact: async (typed, { queues }) => (await queues.deadLetter(typed)).letter?.id ?? typed,
};

export const letterQueueArg: ArgSpec = {
  name: 'queue',
  description: 'Of this queue alone',
  required: false,
  candidates: () => Promise.resolve(queueNames),
};

/** Why `id` is no letter that could be shown or settled. @param ids all that begin so */
export function noSuchLetter(id: string, ids: readonly string[]): string {
  const shown = `\`${id.slice(0, 40)}\``;
  if (ids.length === 0) return `No dead letter begins with ${shown}. \`queue dead\` lists them.`;
  if (ids.length === 1) return `The dead letter ${shown} cannot be read.`;
  const more = ids.length > listed ? ` and ${ids.length - listed} more` : '';
  return `${shown} is the beginning of ${ids.length} dead letters: ${ids.slice(0, listed).join(', ')}${more}.`;
}

/** Why nothing can lie in `queue`; null where something could. */
export function noSuchQueue(queue: string | undefined): string | null {
  if (queue === undefined || queueNames.includes(queue)) return null;
  const guess = nearest(queue, queueNames);
  const hint = guess === null ? `There are: ${queueNames.join(', ')}.` : `Did you mean \`${guess}\`?`;
  return `No queue is called \`${queue.slice(0, 40)}\`. ${hint}`;
}
