// `gas skip <agent> <checkpoint> [reason]`: that gas goes to nobody, and it is recorded who said so and why.
import { z } from 'zod';
import { type Checkpoint, checkpoints } from '../../contracts/agents.ts';
import type { Action } from '../spec.ts';
import { agentArg, jobOf, objectionTo, orderedBy, whyNoMission } from './agent-names.ts';

const words = checkpoints.map(String);

export const gasSkip: Action = {
  kind: 'action',
  name: 'gas skip',
  description: 'Take one checkpoint out of the mission of an agent; its gas goes to nobody',
  args: [
    agentArg('Whose checkpoint'),
    {
      name: 'checkpoint',
      description: words.join(', '),
      required: true,
      schema: z.enum(words, { error: `one of ${words.join(', ')}` }),
      candidates: () => Promise.resolve(words),
    },
    { name: 'reason', description: 'Why; it is recorded', required: false, rest: true },
  ],
  example: 'gas skip Agent-1 90 "reviewed by hand"',
  permission: ({ agent = '' }) => `gas.skip:${agent}`,
  prompt: ({ agent, checkpoint }) => `Skip the ${checkpoint} % gas of ${agent}?`,
  check: async ({ args }, ports) => {
    const { agent: name = '', checkpoint = '' } = args;
    const objection = await objectionTo(name, ports);
    if (objection !== null) return objection;
    if (checkpointOf(checkpoint) === null) return `The checkpoints are ${words.join(', ')}.`;
    const views = await ports.agents.agents();
    const view = views.find(({ agent }) => agent === name);
    if (view?.next === null) return `${name} hands over to nobody.`;
    const why = view ? whyNoMission(view) : null;
    if (view === undefined || why === null) return null;
    const [standIn] = view.standIns ?? [];
    const there = `; ${standIn} works in its place: \`gas skip ${standIn} ${checkpoint}\``;
    return `${name} ${why}${standIn === undefined ? '' : there}.`;
  },
  enqueue: async (call, ports) => {
    const { agent = '', checkpoint: word = '', reason = '' } = call.args;
    const checkpoint = checkpointOf(word) ?? 100;
    await ports.jobs.add(jobOf('gas.skip', call, { ...orderedBy(call), agent, checkpoint, reason }));
    return `Order taken: skip the ${checkpoint} % gas of ${agent}. What becomes of it follows.`;
  },
};

function checkpointOf(word: string): Checkpoint | null {
  return checkpoints.find((checkpoint) => String(checkpoint) === word.replace(/\s*%$/, '')) ?? null;
}
