// Looks at what lies on the exchange of dead messages.
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { exchanges } from '../../../src/contracts/bus.ts';

/** What `by` sends on under `key` from now on; other tests' bridges hear the same messages. */
export async function deadUnder(channel: ConfirmChannel, key: string, by: string): Promise<ConsumeMessage[]> {
  const dead: ConsumeMessage[] = [];
  const { name, type, durable } = exchanges.dead;
  await channel.assertExchange(name, type, { durable });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, name, key);
  const isOurs = (message: ConsumeMessage) => message.properties.headers?.['x-swarmline-by'] === by;
  await channel.consume(queue, (message) => void (message && isOurs(message) && dead.push(message)), {
    noAck: true,
  });
  return dead;
}

/** What it says. */
export const told = ({ content, fields, properties }: ConsumeMessage) => ({
  key: fields.routingKey,
  content,
  id: properties.messageId,
  exchange: properties.headers?.['x-swarmline-exchange'],
  reason: properties.headers?.['x-swarmline-reason'],
});
