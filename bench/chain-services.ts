// Services without a program, as a process of their own: each says at once that an order was accepted and that it is ready
// with a new incarnation. Speaks to the platform (argument `platform`) or to the floor (`floor`, one answer to one message).
// Arguments: whom, RabbitMQ's URL, how many.
import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { exchanges, restartMessageSchema, routingKeys, type ServiceEvent } from '../src/contracts/bus.ts';
import type { ServiceState } from '../src/contracts/services.ts';
import { floorBus } from './floors/chain-bus.ts';

const [, , whom, url = '', count = '1'] = process.argv;
const connection = await connect(url, { noDelay: true });
const channel = await connection.createChannel();
await channel.prefetch(100);

if (whom === 'floor') {
  await channel.assertExchange(floorBus.orders, 'topic', { durable: true });
  await channel.assertExchange(floorBus.answers, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, floorBus.orders, '#');
  await channel.consume(queue, (message) => {
    if (!message) return;
    const { correlationId } = message.properties;
    channel.publish(floorBus.answers, 'ready', message.content, { correlationId: String(correlationId) });
    channel.ack(message);
  });
} else {
  const { control, serviceEvents } = exchanges;
  await channel.assertExchange(control.name, control.type, { durable: true });
  await channel.assertExchange(serviceEvents.name, serviceEvents.type, { durable: true });
  const incarnations = new Map<string, string>();
  const instance = randomUUID();
  const say = (service: string, state: ServiceState, changes: Partial<ServiceEvent>) => {
    const now = Date.now();
    const event: ServiceEvent = {
      ...{
        v: 1,
        id: randomUUID(),
        correlationId: 'c',
        causationId: null,
        issuedAt: now,
        deadline: now + 60_000,
      },
      ...{ principal: 'system:bench', service, instance, state, detail: '' },
      ...{ incarnation: incarnations.get(service) ?? null, previousIncarnation: null, orderId: null },
      ...{ readySince: null, ...changes },
    };
    channel.publish(
      serviceEvents.name,
      routingKeys.serviceEvent(service, state),
      Buffer.from(JSON.stringify(event)),
    );
  };
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, control.name, 'control.#');
  await channel.consume(queue, (message) => {
    if (!message) return;
    const order = restartMessageSchema.parse(JSON.parse(message.content.toString('utf8')));
    const { service, correlationId, id: orderId } = order;
    const previousIncarnation = incarnations.get(service) ?? null;
    say(service, 'accepted', { correlationId, orderId });
    incarnations.set(service, randomUUID());
    say(service, 'ready', { correlationId, orderId, previousIncarnation, readySince: Date.now() });
    channel.ack(message);
  });
  for (let n = 0; n < Number(count); n += 1) {
    incarnations.set(`svc-${n}`, randomUUID());
    say(`svc-${n}`, 'ready', { readySince: Date.now() });
  }
}
process.stdout.write('serving\n');
