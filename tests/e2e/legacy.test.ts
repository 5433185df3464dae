// The hub profile legacy-fanout: what goes over the wire, and that nothing is claimed of it.
import { connect } from 'amqplib';
import { expect, onTestFinished } from 'vitest';
import { eventually, it } from '../support/site.ts';

it('broadcasts exactly {"type":"restart"} and calls it unconfirmed', async ({ openSite, rabbitUrl }) => {
  const site = await openSite({ profile: 'legacy-fanout' });
  const heard = await listen(rabbitUrl);
  await site.up().ready();
  // No beginning of a service that another test announces on the same RabbitMQ.
  const { end, json } = await site.run('restart hub', '--yes');
  expect({ end, state: json.state, text: json.text }).toMatchObject({
    end: 0,
    state: 'sent',
    text: expect.stringContaining('broadcast, unconfirmed'),
  });
  expect(await eventually(() => heard, { accept: (bodies) => bodies.length > 0 })).toEqual([
    '{"type":"restart"}',
  ]);
});

/** A service of the legacy hub: it listens on the fanout exchange and never answers. */
async function listen(url: string): Promise<readonly string[]> {
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  const channel = await connection.createChannel();
  await channel.assertExchange('restart_exchange', 'fanout', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'restart_exchange', '');
  const bodies: string[] = [];
  await channel.consume(queue, (message) => message && bodies.push(message.content.toString()), {
    noAck: true,
  });
  return bodies;
}
