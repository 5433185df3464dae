// `gas pause [agent]` and `gas resume [agent] [skip]`: nothing that an agent reaches fires while a person holds it back.
import { z } from 'zod';
import { holdersOf } from '../../contracts/agents.ts';
import { counted } from '../render.ts';
import type { Action, CommandPorts } from '../spec.ts';
import { agentOrAll, agentOrAllArg, jobOf, objectionTo, orderedBy } from './agent-names.ts';
import { allKept } from './find-delivery.ts';

export const gasPause: Action = {
  kind: 'action',
  name: 'gas pause',
  description: 'Hold back what one agent hands over, or all do, until it is resumed',
  args: [agentOrAllArg('Whose gas; all when it is left out')],
  example: 'gas pause Agent-1',
  danger: 'none',
  permission: ({ agent }) => `gas.pause:${agentOrAll(agent) ?? '*'}`,
  prompt: ({ agent }) => `Hold back the gas of ${agentOrAll(agent) ?? 'all agents'}?`,
  check: ({ args }, ports) => check(args['agent'], ports),
  enqueue: async (call, ports) => {
    const agent = agentOrAll(call.args['agent']);
    await ports.jobs.add(jobOf('gas.pause', call, { ...orderedBy(call), agent }));
    return `Order taken: pause ${agent ?? 'all agents'}. What becomes of it follows.`;
  },
};

export const gasResume: Action = {
  kind: 'action',
  name: 'gas resume',
  description: 'Let gas flow again; what was held meanwhile is sent once, or skipped',
  args: [
    agentOrAllArg('Whose gas; all when it is left out'),
    {
      name: 'held',
      description: '`deliver` (default) or `skip` what was held',
      required: false,
      schema: z.enum(['deliver', 'skip'], { error: '`deliver` or `skip`' }),
      candidates: () => Promise.resolve(['deliver', 'skip']),
    },
  ],
  example: 'gas resume Agent-1',
  permission: ({ agent }) => `gas.resume:${agentOrAll(agent) ?? '*'}`,
  prompt: async ({ agent, held }, ports) => {
    const wanted = agentOrAll(agent);
    const { deliveries } = await ports.agents.deliveries(allKept);
    const waiting = deliveries.filter(
      (one) => one.state === 'held' && (wanted === null || holdersOf(one).includes(wanted)),
    );
    const fate = held === 'skip' ? 'skip' : 'send';
    const told = waiting.length === 0 ? '' : ` and ${fate} ${counted(waiting.length, 'held delivery')}`;
    return `Resume the gas of ${wanted ?? 'all agents'}${told}?`;
  },
  check: async ({ args }, ports) => {
    const { held = 'deliver' } = args;
    if (held !== 'deliver' && held !== 'skip') return 'What was held: `deliver` it or `skip` it.';
    return check(args['agent'], ports);
  },
  enqueue: async (call, ports) => {
    const agent = agentOrAll(call.args['agent']);
    const held = call.args['held'] === 'skip' ? 'skip' : 'deliver';
    await ports.jobs.add(jobOf('gas.resume', call, { ...orderedBy(call), agent, held }));
    return `Order taken: resume ${agent ?? 'all agents'}. What becomes of it follows.`;
  },
};

async function check(name: string | undefined, ports: CommandPorts): Promise<string | null> {
  const agent = agentOrAll(name);
  return agent === null ? null : objectionTo(agent, ports);
}
