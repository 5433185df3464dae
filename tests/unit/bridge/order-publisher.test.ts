// Orders through their guard: held back while RabbitMQ blocks, refused after several unconfirmed ones.
import { expect, it } from 'vitest';
import { createOrderPublisher } from '../../../src/bridge/order-publisher.ts';
import type { BusMessage, Routing } from '../../../src/bridge/publisher.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import { eventually } from '../../support/fixtures.ts';
import { ManualClock } from '../core/manual-clock.ts';

const message: BusMessage = {
  exchange: 'control_commands',
  key: 'control.restart.slam',
  body: '{}',
  id: 'x1',
  correlationId: 'x1',
  type: 'service.restart',
};

/** A publisher that does what `answer` does, and a connection that a test blocks. */
function rig(answer: () => Promise<Routing> = () => Promise.resolve('routed')) {
  const listeners = new Set<() => void>();
  const connection = {
    isBlocked: false,
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const sent: string[] = [];
  const guards = createGuards({ clock: new ManualClock() });
  const publisher = createOrderPublisher({
    publisher: {
      publish: ({ id }) => {
        sent.push(id);
        return answer();
      },
    },
    connection,
    guards,
  });
  const setBlocked = (blocked: boolean) => {
    connection.isBlocked = blocked;
    for (const listener of listeners) listener();
  };
  return { publisher, sent, guards, setBlocked };
}

it('sends nothing while RabbitMQ blocks, says that nothing was sent, and sends again afterwards', async () => {
  const { publisher, sent, guards, setBlocked } = rig();
  setBlocked(true);
  await eventually(() => guards.breakers()[0]?.state === 'open');
  await expect(publisher.publish(message)).rejects.toMatchObject({ code: 'BRIDGE_DOWN' });
  expect(sent).toEqual([]);
  setBlocked(false);
  await eventually(() => guards.breakers()[0]?.state === 'closed');
  await expect(publisher.publish(message)).resolves.toBe('routed');
});

it('sends nothing more after five orders in a row that were not confirmed', async () => {
  const unconfirmed = () => Promise.reject(new SwarmError(domainErrors.publishUnconfirmed, 'no confirm'));
  const { publisher, sent, guards } = rig(unconfirmed);
  for (let i = 0; i < 5; i += 1) {
    await expect(publisher.publish(message)).rejects.toMatchObject({ code: 'PUBLISH_UNCONFIRMED' });
  }
  await expect(publisher.publish(message)).rejects.toMatchObject({ code: 'BRIDGE_DOWN' });
  expect(sent).toHaveLength(5);
  expect(guards.breakers()).toMatchObject([{ name: 'rabbitmq-orders', state: 'open' }]);
});

it('stays closed for an order that nobody hears', async () => {
  const { publisher, guards } = rig(() => Promise.resolve('unroutable'));
  for (let i = 0; i < 10; i += 1) await expect(publisher.publish(message)).resolves.toBe('unroutable');
  expect(guards.breakers()).toMatchObject([{ state: 'closed' }]);
});
