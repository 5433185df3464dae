// `gas skip <agent> <checkpoint> [reason]`: that gas goes to nobody, and it is recorded who said so and why. With an id in the
// place of the checkpoint it is about that gas alone, for which a person is wanted.
import { z } from 'zod';
import { type Checkpoint, checkpoints, type DeliveryView } from '../../contracts/agents.ts';
import { plainText } from '../../core/text.ts';
import { counted } from '../render.ts';
import type { Action, ActionCall, CommandCall, CommandPorts } from '../spec.ts';
import { agentArg, jobOf, objectionTo, orderedBy, whyNoMission } from './agent-names.ts';
import { allKept, findDelivery, shortDeliveryId } from './find-delivery.ts';

const words = checkpoints.map(String);
const expected = `one of ${words.join(', ')}, or the id of a delivery`;
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
      description: `${words.join(', ')}, or the id of one gas for which a person is wanted`,
      required: true,
      schema: z.string().regex(/^(75|90|100|x[0-9a-f]{5,19})$/, { error: expected }),
      candidates: async (ports, { agent = '' }) => {
        const wanted = await wantedOf({ agent }, ports);
        return [...words, ...wanted.map(({ gas }) => gas.id.slice(0, shortDeliveryId))];
      },
      exact: async (typed, ports) => {
        const one = checkpointOf(typed) === null ? await find(typed, ports) : typed;
        return typeof one === 'string' ? typed : one.gas.id;
      },
    },
    { name: 'reason', description: 'Why; it is recorded', required: false, rest: true },
  ],
  example: 'gas skip Agent-1 90 "reviewed by hand"',
  permission: ({ agent = '' }) => `gas.skip:${agent}`,
  prompt: async (args, ports) => questionOf(args, await wantedOf(args, ports)),
  check: async ({ args }, ports) => {
    const { agent: name = '', checkpoint = '' } = args;
    const objection = await objectionTo(name, ports);
    if (objection !== null) return objection;
    if ((await wantedOf(args, ports)).length > 0) return null;
    if (checkpointOf(checkpoint) === null) return notWanted(args, ports);
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
    const isOne = checkpointOf(word) === null;
    const one = isOne ? await find(word, ports) : word;
    // Where that delivery is kept no longer, nobody is wanted for it, which the order finds too.
    const checkpoint = checkpointOf(word) ?? (typeof one === 'string' ? null : one.gas.checkpoint) ?? 100;
    const about = isOne
      ? { delivery: typeof one === 'string' ? word : one.gas.id }
      : { wanted: await askedAbout(call, ports) };
    const body = { ...orderedBy(call), agent, checkpoint, reason, ...about };
    await ports.jobs.add(jobOf('gas.skip', call, body));
    const what = isOne ? `the gas ${word.slice(0, shortDeliveryId)}` : `the ${checkpoint} % gas`;
    return `Order taken: skip ${what} of ${agent}. What becomes of it follows.`;
  },
};

/**
 * Of whatever mission, oldest first, and where a checkpoint or an id is given, of that alone: where there are any, they are what
 * is meant. @throws SwarmError REDIS_*
 */
async function wantedOf(
  { agent, checkpoint: word }: CommandCall['args'],
  { agents }: CommandPorts,
): Promise<readonly DeliveryView[]> {
  const { deliveries } = await agents.deliveries(allKept);
  const all = deliveries.filter(({ gas, wanted }) => wanted && gas.from === agent).toReversed();
  if (word === undefined) return all;
  const checkpoint = checkpointOf(word);
  if (checkpoint !== null) return all.filter(({ gas }) => gas.checkpoint === checkpoint);
  const one = findDelivery(word, deliveries);
  return all.filter((wanted) => wanted === one);
}

function questionOf(args: CommandCall['args'], wanted: readonly DeliveryView[]): string {
  const checkpoint = wanted[0]?.gas.checkpoint ?? args['checkpoint'];
  const what = `the ${checkpoint} % gas of ${args['agent']}`;
  if (wanted.length === 0) return `Skip ${what}?`;
  const count = counted(wanted.length, 'delivery');
  return `Give up ${count} of ${what}, for which a person is wanted: ${named(wanted)}; and nothing else?`;
}

/** The ids of the gas that the yes gives up; null where the question would be another one now. @throws SwarmError REDIS_* */
async function askedAbout({ args, question }: ActionCall, ports: CommandPorts): Promise<string[] | null> {
  const wanted = await wantedOf(args, ports);
  // The reason stands behind it.
  const isSame = question === undefined || question.startsWith(questionOf(args, wanted));
  return isSame ? wanted.map(({ gas }) => gas.id) : null;
}

/** Why nothing can be done about the gas that an id names. */
async function notWanted({ agent, checkpoint: id = '' }: CommandCall['args'], ports: CommandPorts) {
  const one = await find(id, ports);
  if (typeof one === 'string') return one;
  const { gas, state } = one;
  if (gas.from !== agent) return `That is gas of ${gas.from}, not of ${agent}.`;
  return `No person is wanted for it: it is ${state}. \`gas skip ${agent} ${gas.checkpoint}\` is about that of its present mission.`;
}

async function find(id: string, { agents }: CommandPorts): Promise<DeliveryView | string> {
  return findDelivery(id, (await agents.deliveries(allKept)).deliveries);
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
