// `gas send <agent> [text]`: the next prompt now, as the chain would send it at its checkpoint.
import { z } from 'zod';
import { messageLimit } from '../../contracts/swarm-orders.ts';
import type { Action, CommandPorts } from '../spec.ts';
import { jobOf, objectionToGiving, orderedBy, receiverArg, whyNoMission } from './agent-names.ts';

export const gasSend: Action = {
  kind: 'action',
  name: 'gas send',
  description: 'Send an agent its next prompt now, ahead of the checkpoint',
  args: [
    receiverArg('Who gets it'),
    {
      name: 'text',
      description: "What it is to read instead of the chain's own words",
      required: false,
      rest: true,
      schema: z.string().max(messageLimit, `a text of at most ${messageLimit} characters`),
    },
  ],
  example: 'gas send Agent-2',
  permission: ({ agent = '' }) => `gas.send:${agent}`,
  prompt: async ({ agent = '', text }, ports) => {
    const giver = await giverOf(agent, ports);
    if (!giver || giver.nextCheckpoint === null) return `Send your text to ${agent} now?`;
    const what = `the ${giver.nextCheckpoint} % gas of ${giver.agent}`;
    return `Send ${what} to ${agent} now${text === undefined ? '' : ', with your text'}? It does not fire again.`;
  },
  check: async ({ args }, ports) => {
    const { agent = '', text } = args;
    const objection = await objectionToGiving(agent, ports);
    if (objection !== null || text !== undefined) return objection;
    const giver = await giverOf(agent, ports);
    const usage = `Give a text: \`gas send ${agent} TEXT\`.`;
    if (!giver) return `Nobody hands over to ${agent} in the chain. ${usage}`;
    if (giver.nextCheckpoint !== null) return null;
    const why = whyNoMission(giver) ?? 'has handed over all of its mission';
    return `${giver.agent} ${why}. ${usage}`;
  },
  enqueue: async (call, ports) => {
    const { agent = '', text = null } = call.args;
    await ports.jobs.add(jobOf('gas.send', call, { ...orderedBy(call), agent, text }));
    return `Order taken: gas to ${agent}. Whether it has it and accepts it follows.`;
  },
};

/** Who hands over to `agent`; of several the one with the lowest checkpoint to come, as the order itself chooses. */
async function giverOf(agent: string, { agents }: CommandPorts) {
  const givers = (await agents.agents()).filter(({ receivers }) => receivers.includes(agent));
  return givers.toSorted((a, b) => (a.nextCheckpoint ?? 101) - (b.nextCheckpoint ?? 101))[0];
}
