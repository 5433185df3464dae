// `message <agent> <text>`, `answer <agent> <question> <text>` and `broadcast <text>`: a person's words go into inboxes; accepted is said by the receiver alone.
import { z } from 'zod';
import { questionIdSchema } from '../../contracts/mailbox.ts';
import { messageLimit } from '../../contracts/swarm-orders.ts';
import { counted } from '../render.ts';
import type { Action, ArgSpec, CommandPorts } from '../spec.ts';
import {
  agentArg,
  agentNames,
  inboxless,
  jobOf,
  objectionTo,
  objectionToGiving,
  orderedBy,
} from './agent-names.ts';

const text: ArgSpec = {
  name: 'text',
  description: 'What it is to read',
  required: true,
  rest: true,
  schema: z.string().max(messageLimit, `a text of at most ${messageLimit} characters`),
};

export const message: Action = {
  kind: 'action',
  name: 'message',
  description: 'Write to one agent; told when it has it and when it accepts',
  args: [agentArg('Whom'), text],
  example: 'message Agent-2 "look at the hall first"',
  danger: 'none',
  permission: ({ agent = '' }) => `agent.message:${agent}`,
  prompt: ({ agent }) => `Write to ${agent}?`,
  check: ({ args }, ports) => objectionToGiving(args['agent'] ?? '', ports),
  enqueue: async (call, ports) => {
    const { agent = '', text: words = '' } = call.args;
    await ports.jobs.add(jobOf('agent.message', call, { ...orderedBy(call), to: agent, text: words }));
    return `Order taken: a message to ${agent}. Whether it has it and accepts it follows.`;
  },
};

const answerRoom = 1_200;

export const answer: Action = {
  kind: 'action',
  name: 'answer',
  description: 'Answer a question of an agent, by the id that it was shown with',
  args: [
    agentArg('Who asked'),
    { name: 'question', description: 'The id of the question', required: true, schema: questionIdSchema },
    {
      ...text,
      description: 'The answer',
      schema: z.string().max(answerRoom, `a text of at most ${answerRoom} characters`),
    },
  ],
  example: 'answer Agent-2 q1a2b3c4d "take the left door"',
  danger: 'none',
  permission: ({ agent = '' }) => `agent.message:${agent}`,
  prompt: ({ agent, question }) => `Answer ${agent}'s question ${question}?`,
  check: ({ args }, ports) => objectionTo(args['agent'] ?? '', ports),
  enqueue: async (call, ports) => {
    const { agent = '', question = '', text: words = '' } = call.args;
    const body = { ...orderedBy(call), to: agent, text: words, answers: question };
    await ports.jobs.add(jobOf('agent.message', call, body));
    return `Order taken: the answer to ${agent}'s question ${question}. Whether it has it follows.`;
  },
};

export const broadcast: Action = {
  kind: 'action',
  name: 'broadcast',
  description: 'Write to every agent; told how many have it and accept it',
  args: [text],
  example: 'broadcast "stop at the next commit"',
  permission: () => 'agent.message:*',
  prompt: async (_args, ports) => {
    const { receivers, without } = await readers(ports);
    const all = without === '' ? 'all ' : '';
    return `Write to ${all}${counted(receivers.length, 'agent')}?${without}`;
  },
  check: async (_call, ports) => {
    const { receivers, without } = await readers(ports);
    if (receivers.length > 0) return null;
    return without === ''
      ? 'No agents are configured, so nobody would read it.'
      : 'No agent has an inbox, so nobody would read it. Give them one in pipeline.agents.';
  },
  enqueue: async (call, ports) => {
    await ports.jobs.add(
      jobOf('agent.message', call, { ...orderedBy(call), to: null, text: call.args['text'] ?? '' }),
    );
    const { receivers, without } = await readers(ports);
    return `Order taken: a message to ${without === '' ? 'every agent' : counted(receivers.length, 'agent')}.${without} How many have it and accept it follows.`;
  },
};

/** Who gets a broadcast, and a sentence about those who get none; empty where it is for all. */
async function readers(ports: CommandPorts) {
  const left = await inboxless(ports);
  const receivers = (await agentNames(ports)).filter((name) => !left.includes(name));
  return { receivers, without: left.length === 0 ? '' : ` Left out, without an inbox: ${left.join(', ')}.` };
}
