// `restart <service>`: becomes a job; ready is said only of a new incarnation.
import { derivedId } from '../../contracts/ids.ts';
import { type InstanceView, instanceName, serviceNameSchema } from '../../contracts/services.ts';
import type { Action, CommandPorts } from '../spec.ts';
import { serviceNames } from './services.ts';

/** Whom an order to restart one service reaches. */
export interface RestartReach {
  /** Whether it goes to every service, whatever name it bears, as over the legacy hub; default false. */
  readonly restartReachesAll?: boolean;
}

/** Makes the command. One that reaches all is judged as what it does, and not as what was typed. */
export function makeRestart({ restartReachesAll = false }: RestartReach = {}): Action {
  if (!restartReachesAll) return restart;
  return {
    ...restart,
    permission: () => 'service.restart:*',
    prompt: ({ service = '' }) =>
      `Restart ${service}? The hub broadcasts the order: every other service that listens restarts too.`,
  };
}

const restart: Action = {
  kind: 'action',
  name: 'restart',
  description: 'Restart a service and prove it by its new incarnation',
  args: [
    {
      name: 'service',
      description: 'The service to restart',
      required: true,
      schema: serviceNameSchema,
      // One that nobody has seen may still listen: the legacy hub's services never announce themselves.
      candidates: serviceNames,
    },
    {
      name: 'instance',
      description: 'Which of several, as `services` shows them',
      required: false,
      candidates: async (ports, { service = '' }) => (await instancesOf(service, ports)).map(instanceName),
    },
  ],
  example: 'restart slam',
  permission: (args) => `service.restart:${args['service'] ?? ''}`,
  prompt: async ({ service = '', instance }, ports) => {
    const instances = await instancesOf(service, ports);
    const wanted = instances.find((one) => isCalled(one, instance));
    if (wanted) return `Restart the instance ${instanceName(wanted)} of ${service}?`;
    const names = instances.map(instanceName);
    if (names.length < 2) return `Restart ${service}?`;
    // Which one is decided when the order goes out: by then another may be the better choice.
    return `Restart one of the ${names.length} instances of ${service} (${names.join(', ')})?`;
  },
  check: async ({ args }, ports) => {
    const { service = '', instance } = args;
    return instance === undefined ? null : problemOf(instance, service, await instancesOf(service, ports));
  },
  enqueue: async (call, ports) => {
    const service = call.args['service'] ?? '';
    const name = call.args['instance'];
    const called = name === undefined ? [] : await instancesOf(service, ports);
    const wanted = called.find((one) => isCalled(one, name))?.instance ?? name;
    await ports.jobs.add({
      name: 'service.restart',
      id: derivedId('service.restart', call.correlationId),
      correlationId: call.correlationId,
      causationId: null,
      principal: `${call.identity.surface}:${call.identity.id}`,
      body: {
        service,
        // One that went since the question is told as not there, and no other takes its place.
        ...(wanted !== undefined && { instance: wanted }),
        mode: 'graceful',
        reason: `asked by ${call.identity.name}`,
        replyTo: call.replyTo,
      },
    });
    return `Order taken: restart ${service}. What becomes of it follows.`;
  },
};

async function instancesOf(service: string, ports: CommandPorts): Promise<readonly InstanceView[]> {
  return (await ports.services.service(service))?.instances ?? [];
}

/** By the beginning of its id, with or without where it runs. */
function isCalled(one: InstanceView, name: string | undefined): boolean {
  return name !== undefined && (name === instanceName(one) || name === one.instance.slice(0, 8));
}

function problemOf(name: string, service: string, instances: readonly InstanceView[]): string | null {
  if (instances.filter((one) => isCalled(one, name)).length === 1) return null;
  const there = instances.map(instanceName).join(', ') || 'none';
  return `${service} has no instance \`${name.slice(0, 64)}\`; there are: ${there}.`;
}
