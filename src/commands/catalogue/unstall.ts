// `unstall <agent>`, `heal <agent>`, `onboard soft <agent>` and `onboard hard <agent>`: a person's hand on an agent that does not get on, as a
// message into its inbox. Nothing of the agent is written or restarted: its status stays its own word.
import { isToBeFetched, reportWords } from '../../contracts/agents.ts';
import { signText } from '../../contracts/watch.ts';
import { plainText } from '../../core/text.ts';
import { formatAge } from '../render.ts';
import type { Action, ActionCall, CommandPorts, Objection } from '../spec.ts';
import { jobOf, objectionToGiving, orderedBy, receiverArg } from './agent-names.ts';
import { allKept } from './find-delivery.ts';

export const unstall: Action = {
  kind: 'action',
  name: 'unstall',
  description: 'Ask a silent agent to go on; refused while it shows signs of work',
  args: [receiverArg('Which')],
  example: 'unstall Agent-2',
  permission: ({ agent = '' }) => `agent.message:${agent}`,
  prompt: ({ agent }) => `Ask ${agent} to go on?`,
  check: async ({ args }, ports) => {
    const name = args['agent'] ?? '';
    return (await objectionToGiving(name, ports)) ?? (await atWork(name, ports));
  },
  enqueue: (call, ports) =>
    send(call, ports, 'You have gone silent. Read your mission again and do its next open task.'),
};

export const heal: Action = {
  ...unstall,
  name: 'heal',
  description: 'Tell a silent agent where it stands: its mission, and the gas that it has not taken',
  example: 'heal Agent-2',
  prompt: ({ agent }) => `Tell ${agent} where it stands, and ask it to go on?`,
  enqueue: async (call, ports) =>
    send(call, ports, `You have gone silent. ${await standing(call.args['agent'] ?? '', ports)}`),
};

export const onboardSoft: Action = {
  ...unstall,
  name: 'onboard soft',
  description: 'Have an agent take its bearings anew, after what it is at',
  example: 'onboard soft Agent-2',
  prompt: ({ agent }) => `Have ${agent} take its bearings anew, after its present task?`,
  check: ({ args }, ports) => objectionToGiving(args['agent'] ?? '', ports),
  enqueue: (call, ports) =>
    send(
      call,
      ports,
      'Finish your present task. Then take your bearings anew: read the rules of your workspace, your mission, and what lies in your inbox, oldest first.',
    ),
};

export const onboardHard: Action = {
  ...onboardSoft,
  name: 'onboard hard',
  description: 'Have an agent drop what it is at and begin anew; its name is typed again',
  example: 'onboard hard Agent-2',
  danger: 'type-name',
  prompt: ({ agent }) => `Have ${agent} drop what it is at and begin anew?`,
  enqueue: (call, ports) =>
    send(
      call,
      ports,
      'Stop your present task now, and commit or note down what is worth keeping. Then begin anew: read the rules of your workspace, your mission, and what lies in your inbox, oldest first, and nothing you remember beside these.',
    ),
};

/** What each of them asks for at its end, in the way that the agent has. */
async function reporting(name: string, { agents }: CommandPorts): Promise<string> {
  const view = (await agents.agents()).find(({ agent }) => agent === name);
  const { file, door } = reportWords.blocked;
  return `Report your progress. ${view?.hasStatusFile ? file : door}`;
}

/** Why it is not to be disturbed; null when it is silent. */
async function atWork(name: string, { agents, clock }: CommandPorts): Promise<Objection | null> {
  const view = (await agents.agents()).find(({ agent }) => agent === name);
  if (!view || view.watch.silentSince !== null) return null;
  const [newest] = view.watch.signs;
  if (!newest) return null;
  const seen = `${signText(newest)}, ${formatAge(clock.now() - newest.at)} ago`;
  return `${name} is not silent (${seen}). \`message ${name} TEXT\` writes to it all the same.`;
}

const named = 5;

/** What is known of its work, and what lies unaccepted; the ids are those of the gas. */
async function standing(name: string, { agents }: CommandPorts): Promise<string> {
  const view = (await agents.agents()).find(({ agent }) => agent === name);
  const { deliveries } = await agents.deliveries(allKept);
  const lying = deliveries.filter(
    (one) => one.gas.to === name && (one.state === 'sent' || isToBeFetched(one)),
  );
  const ids = lying.slice(0, named).map(({ gas }) => gas.id);
  const more = lying.length > named ? `, and ${lying.length - named} more` : '';
  const told = view?.percent == null ? 'no progress' : `${view.percent} %`;
  const mission = view?.mission == null ? 'no mission' : `the mission “${plainText(view.mission, 200)}”`;
  const gas =
    ids.length === 0
      ? 'No gas waits for you. Do your next open task.'
      : `You have not taken this gas, oldest last: ${ids.join(', ')}${more}. Take it, then do your next open task.`;
  return `You had told ${mission} and ${told}. ${gas}`;
}

async function send(call: ActionCall, ports: CommandPorts, words: string): Promise<string> {
  const { agent = '' } = call.args;
  const text = `${words} ${await reporting(agent, ports)}`;
  await ports.jobs.add(jobOf('agent.message', call, { ...orderedBy(call), to: agent, text }));
  return `Order taken: a message to ${agent}. Whether it has it and accepts it follows.`;
}
