// `restart <service>`: becomes a job; ready is said only of a new incarnation.
import { derivedId } from '../../contracts/ids.ts';
import { instanceName, serviceNameSchema } from '../../contracts/services.ts';
import { nearest } from '../parse.ts';
import type { Action } from '../spec.ts';

export const restart: Action = {
  kind: 'action',
  name: 'restart',
  description: 'Restart a service and prove it by its new incarnation',
  args: [{ name: 'service', description: 'The service to restart', required: true }],
  example: 'restart slam',
  permission: (args) => `service.restart:${args['service'] ?? ''}`,
  prompt: async ({ service = '' }, ports) => {
    const view = (await ports.services.services()).find((known) => known.service === service);
    const names = view?.instances.map(instanceName) ?? [];
    if (names.length < 2) return `Restart ${service}?`;
    // Which one is decided when the order goes out: by then another may be the better choice.
    return `Restart one of the ${names.length} instances of ${service} (${names.join(', ')})?`;
  },
  check: async ({ args }, ports) => {
    const name = args['service'] ?? '';
    if (!serviceNameSchema.safeParse(name).success)
      return `\`${name.slice(0, 64)}\` is no service name: lower-case letters, digits, - and _.`;
    const known = (await ports.services.services()).map(({ service }) => service);
    // An unseen service may still listen (the legacy hub's never announce themselves), so only a likely slip of the pen is refused.
    const guess = known.includes(name) ? null : nearest(name, known);
    return guess === null ? null : `No service \`${name}\` has been seen. Did you mean \`${guess}\`?`;
  },
  enqueue: async (call, ports) => {
    const service = call.args['service'] ?? '';
    await ports.jobs.add({
      name: 'service.restart',
      id: derivedId('service.restart', call.correlationId),
      correlationId: call.correlationId,
      causationId: null,
      principal: `${call.identity.surface}:${call.identity.id}`,
      body: { service, mode: 'graceful', reason: `asked by ${call.identity.name}`, replyTo: call.replyTo },
    });
    return `Order taken: restart ${service}. What becomes of it follows.`;
  },
};
