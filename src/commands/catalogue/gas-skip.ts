// `gas skip <agent> <checkpoint> [reason]`: that gas goes to nobody, and it is recorded who said so and why.
import { z } from 'zod';
import { type Checkpoint, checkpoints, type DeliveryView } from '../../contracts/agents.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { Action, CommandPorts } from '../spec.ts';
import { agentArg, jobOf, objectionTo, orderedBy, whyNoMission } from './agent-names.ts';
import { allKept, shortDeliveryId } from './find-delivery.ts';

const words = checkpoints.map(String);
/** More would not fit the question of every surface. */
const mostNamed = 8;

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
  prompt: async ({ agent = '', checkpoint = '' }, ports) => {
    const what = `the ${checkpointOf(checkpoint)} % gas of ${agent}`;
    const wanted = await wantedOf(agent, checkpointOf(checkpoint), ports);
    if (wanted.length === 0) return `Skip ${what}?`;
    const count = counted(wanted.length, 'delivery');
    return `Give up ${count} of ${what}, for which a person is wanted: ${named(wanted)}; and nothing else?`;
  },
  check: async ({ args }, ports) => {
    const { agent: name = '', checkpoint = '' } = args;
    const objection = await objectionTo(name, ports);
    if (objection !== null) return objection;
    if (checkpointOf(checkpoint) === null) return `The checkpoints are ${words.join(', ')}.`;
    if ((await wantedOf(name, checkpointOf(checkpoint), ports)).length > 0) return null;
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

/** Of whatever mission, oldest first: where there are any, they are what is meant. @throws SwarmError REDIS_* */
async function wantedOf(
  agent: string,
  checkpoint: Checkpoint | null,
  { agents }: CommandPorts,
): Promise<readonly DeliveryView[]> {
  const { deliveries } = await agents.deliveries(allKept);
  return deliveries
    .filter(({ gas, wanted }) => wanted && gas.from === agent && gas.checkpoint === checkpoint)
    .toReversed();
}

function named(wanted: readonly DeliveryView[]): string {
  const names = wanted.slice(0, mostNamed).map(({ gas: { id, to, mission } }) => {
    return `${id.slice(0, shortDeliveryId)} for ${to} (mission ${plainText(mission, 30)})`;
  });
  const left = wanted.length - names.length;
  return `${names.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

function checkpointOf(word: string): Checkpoint | null {
  return checkpoints.find((checkpoint) => String(checkpoint) === word.replace(/\s*%$/, '')) ?? null;
}
