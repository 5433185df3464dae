// The inbox that is a routing key: gas goes out on RabbitMQ through a port, since the pipeline speaks no AMQP. That a queue
// took it is "sent"; the receiver's own message back acknowledges it.
import { exchanges, routingKeys } from '../../contracts/bus.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { GasBus } from '../../contracts/ports.ts';
import { SwarmError } from '../../core/errors.ts';
import { orByCommand } from './frame.ts';
import type { Inbox } from './inbox.ts';

export interface AmqpInboxDeps {
  /** Asked at each delivery, since the bridge is made later; undefined: this process has none. */
  readonly bus: () => GasBus | undefined;
}

/** Creates the inbox of any agent: its id is in the key. */
export function createAmqpInbox({ bus }: AmqpInboxDeps): Inbox {
  return {
    ack: 'native',
    takeOn: (gas) => {
      const body = JSON.stringify({ id: gas.id, state: 'accepted' });
      const { name } = exchanges.agentGas;
      const key = routingKeys.gasAck(gas.to);
      return `When you take this on, send \`${body}\` to the exchange \`${name}\` under the key \`${key}\`, ${orByCommand(gas)}.`;
    },
    deliver: async (gas, signal) => {
      signal.throwIfAborted();
      const open = bus();
      if (open === undefined) throw unreachable('this process has no RabbitMQ');
      const { routing, where } = await open.send(gas);
      if (routing === 'unroutable') throw unreachable(`nobody listens on ${where}`);
      return { state: 'sent', where };
    },
    // What lies in somebody's queue cannot be looked at; the id of the message tells a copy.
    has: () => Promise.resolve(null),
    withdraw: () => Promise.resolve('out'),
    check: () => Promise.resolve(null),
  };
}

function unreachable(said: string): SwarmError {
  return new SwarmError(domainErrors.inboxUnreachable, said);
}
