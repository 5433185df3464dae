// `queue pause|drain|resume <queue>`: each becomes a job of `control`, since what holds a queue must outlive this process.
import { derivedId } from '../../contracts/ids.ts';
import { holdableQueues } from '../../contracts/jobs.ts';
import { nearest } from '../parse.ts';
import type { Action, ArgSpec, CommandCall } from '../spec.ts';

const queueArg: ArgSpec = {
  name: 'queue',
  description: `One of ${holdableQueues.join(', ')}`,
  required: true,
  candidates: () => Promise.resolve(holdableQueues),
};

export const queuePause = makeHold('pause', {
  description: 'Let no worker take from a queue; what runs goes on',
  prompt: (queue) => `Pause the queue ${queue}? What is ordered meanwhile waits.`,
});

export const queueDrain = makeHold('drain', {
  description: 'Pause a queue, and tell when nothing of it runs any more',
  prompt: (queue) =>
    `Drain the queue ${queue}? What is ordered meanwhile waits until it is resumed, or until what runs has not ended in time.`,
});

export const queueResume = makeHold('resume', {
  description: 'Let workers take from a queue again',
  prompt: (queue) => `Resume the queue ${queue}?`,
});

interface Words {
  readonly description: string;
  readonly prompt: (queue: string) => string;
}

function makeHold(order: 'pause' | 'drain' | 'resume', { description, prompt }: Words): Action {
  return {
    kind: 'action',
    name: `queue ${order}`,
    description,
    args: [queueArg],
    example: `queue ${order} gas`,
    permission: (args) => `queue.hold:${queueOf(args)}`,
    prompt: (args) => prompt(queueOf(args)),
    check: ({ args }) => Promise.resolve(problemOf(queueOf(args))),
    enqueue: async ({ args, identity, correlationId, replyTo }, ports) => {
      await ports.jobs.add({
        name: 'queue.hold',
        id: derivedId('queue.hold', correlationId),
        correlationId,
        causationId: null,
        principal: `${identity.surface}:${identity.id}`,
        body: { queue: queueOf(args), order, replyTo },
      });
      return `Order taken: ${order} ${queueOf(args)}. What becomes of it follows.`;
    },
  };
}

function queueOf(args: CommandCall['args']): string {
  return args['queue'] ?? '';
}

function problemOf(queue: string): string | null {
  if (holdableQueues.includes(queue)) return null;
  const guess = nearest(queue, holdableQueues);
  const hint = guess === null ? `There are: ${holdableQueues.join(', ')}.` : `Did you mean \`${guess}\`?`;
  return `No queue \`${queue.slice(0, 40)}\` can be paused. ${hint}`;
}
