// `gas reassign <delivery> <agent>`: what nobody has acknowledged goes to another agent, as a delivery of its own.
import type { DeliveryView } from '../../contracts/agents.ts';
import type { Action, CommandPorts } from '../spec.ts';
import { jobOf, objectionToGiving, orderedBy, receiverArg } from './agent-names.ts';
import { allKept, deliveryArg, findDelivery } from './find-delivery.ts';
import { isAcknowledged, isOpen } from './gas.ts';

export const gasReassign: Action = {
  kind: 'action',
  name: 'gas reassign',
  description: 'Give a delivery that nobody has accepted to another agent',
  args: [deliveryArg(isOpen), receiverArg('Who gets it')],
  example: 'gas reassign x1a2b3c4 Agent-3',
  permission: ({ agent = '' }) => `gas.reassign:${agent}`,
  prompt: async ({ delivery = '', agent }, ports) => {
    const view = await find(delivery, ports);
    if (typeof view === 'string') return `Give ${delivery} to ${agent}?`;
    return `Take the gas of ${view.gas.from} from ${view.gas.to} (${view.state}) and give it to ${agent}?`;
  },
  check: async ({ args }, ports) => {
    const { delivery = '', agent = '' } = args;
    const objection = await objectionToGiving(agent, ports);
    if (objection !== null) return objection;
    const view = await find(delivery, ports);
    if (typeof view === 'string') return view;
    if (view.gas.to === agent) return `It is for ${agent} already.`;
    if (isAcknowledged(view.state)) return `${view.gas.to} has accepted it already.`;
    return view.state === 'rerouted' || view.state === 'suppressed' ? `It is ${view.state} already.` : null;
  },
  enqueue: async (call, ports) => {
    const { delivery: name = '', agent: to = '' } = call.args;
    const view = await find(name, ports);
    const delivery = typeof view === 'string' ? name : view.gas.id;
    await ports.jobs.add(jobOf('gas.reassign', call, { ...orderedBy(call), delivery, to }));
    return `Order taken: that gas to ${to}. Whether it has it and accepts it follows.`;
  },
};

async function find(id: string, { agents }: CommandPorts): Promise<DeliveryView | string> {
  return findDelivery(id, (await agents.deliveries(allKept)).deliveries);
}
