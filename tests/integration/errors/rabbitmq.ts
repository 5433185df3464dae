// Faults of RabbitMQ, raised by amqplib against a real one.
import { randomUUID } from 'node:crypto';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import type { Sample } from './sample.ts';

export interface RabbitScene {
  readonly url: string;
  /** Ends the server of `mortalUrl` in order, once. */
  readonly mortalUrl: string;
  readonly stopMortal: () => Promise<void>;
}

export const rabbitSamples: readonly Sample<RabbitScene>[] = [
  {
    what: 'RabbitMQ: a port where nobody listens',
    raise: () => connect('amqp://127.0.0.1:1', {}),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'RabbitMQ: a wrong password',
    raise: ({ url }) => connect(changed(url, { password: 'wrong' }), {}),
    is: 'BRIDGE_AUTH auth final',
  },
  {
    what: 'RabbitMQ: a vhost that there is not',
    raise: ({ url }) => connect(changed(url, { pathname: '/nowhere' }), {}),
    is: 'BRIDGE_AUTH auth final',
  },
  {
    what: 'RabbitMQ: an exchange in the name of RabbitMQ itself',
    raise: ({ url }) => onChannel(url, (channel) => channel.assertExchange('amq.ours', 'topic')),
    is: 'BRIDGE_AUTH auth final',
  },
  {
    what: 'RabbitMQ: an exchange that there is not',
    raise: ({ url }) => onChannel(url, (channel) => channel.checkExchange(unique())),
    is: 'TOPOLOGY_MISSING not-found final',
  },
  {
    what: 'RabbitMQ: a queue that there is not',
    raise: ({ url }) => onChannel(url, (channel) => channel.checkQueue(unique())),
    is: 'TOPOLOGY_MISSING not-found final',
  },
  {
    what: 'RabbitMQ: a publish to an exchange that there is not',
    raise: ({ url }) =>
      onChannel(url, (channel) => closing(channel, () => channel.publish(unique(), 'key', Buffer.from('x')))),
    is: 'TOPOLOGY_MISSING not-found final',
  },
  {
    what: 'RabbitMQ: an exchange that is of another type',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const name = unique();
        await channel.assertExchange(name, 'topic', transient);
        // An exchange that was bound once goes away with its last binding.
        const { queue } = await channel.assertQueue('', { exclusive: true });
        await channel.bindQueue(queue, name, '#');
        return channel.assertExchange(name, 'fanout', transient);
      }),
    is: 'TOPOLOGY_CONFLICT config final',
  },
  {
    what: 'RabbitMQ: a queue that has another limit',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const name = unique();
        await channel.assertQueue(name, { exclusive: true, maxLength: 1 });
        return channel.assertQueue(name, { exclusive: true, maxLength: 2 });
      }),
    is: 'TOPOLOGY_CONFLICT config final',
  },
  {
    what: 'RabbitMQ: the exclusive queue of another connection',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const name = unique();
        await channel.assertQueue(name, { exclusive: true });
        return onChannel(url, (other) => other.assertQueue(name, { exclusive: true }));
      }),
    is: 'QUEUE_LOCKED conflict retry',
  },
  {
    what: 'RabbitMQ: an acknowledgement of what was never delivered',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const { queue } = await channel.assertQueue('', { exclusive: true });
        channel.sendToQueue(queue, Buffer.from('x'));
        await channel.waitForConfirms();
        const message = await channel.get(queue);
        if (!message) throw new Error('the message is not there');
        return closing(channel, () => {
          channel.ack(message);
          channel.ack(message);
        });
      }),
    is: 'BRIDGE_REFUSED bug final',
  },
  {
    what: 'RabbitMQ: a type of exchange that it does not know',
    raise: ({ url }) =>
      onConnection(url, async (model) => {
        const channel = quiet(await model.createChannel());
        return closing(model, () => channel.assertExchange(unique(), 'nonsense').catch(() => undefined));
      }),
    is: 'BRIDGE_REFUSED bug final',
  },
  {
    what: 'RabbitMQ: a consumer tag that is used already',
    raise: ({ url }) =>
      onConnection(url, async (model) => {
        const channel = quiet(await model.createChannel());
        const { queue } = await channel.assertQueue('', { exclusive: true });
        const consume = () => channel.consume(queue, () => undefined, { consumerTag: 'same' });
        await consume();
        return closing(model, () => consume().catch(() => undefined));
      }),
    is: 'BRIDGE_REFUSED bug final',
  },
  {
    what: 'RabbitMQ: a message that a full queue does not take',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const { queue } = await channel.assertQueue('', {
          exclusive: true,
          maxLength: 1,
          arguments: { 'x-overflow': 'reject-publish' },
        });
        for (let sent = 0; sent < 5; sent += 1) await confirmed(channel, queue);
      }),
    is: 'PUBLISH_UNCONFIRMED transient retry',
  },
  {
    what: 'amqplib: a channel that was closed',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        await channel.close();
        channel.sendToQueue('anywhere', Buffer.from('x'));
      }),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'amqplib: a connection that was closed',
    raise: ({ url }) =>
      onConnection(url, async (model) => {
        await model.close();
        return model.createChannel();
      }),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'amqplib: a confirm that is awaited when the channel ends',
    raise: ({ url }) =>
      onChannel(url, async (channel) => {
        const lost = new Promise<void>((resolve, reject) => {
          channel.publish(unique(), 'key', Buffer.from('x'), {}, (error: unknown) =>
            error === null ? resolve() : reject(error),
          );
        });
        return lost;
      }),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'amqplib: a body that is not bytes',
    raise: ({ url }) =>
      onChannel(url, (channel) => Reflect.apply(channel.publish, channel, ['', 'key', 'text'])),
    is: 'UNEXPECTED bug final',
  },
  {
    what: 'amqplib: a key that is too long for AMQP',
    raise: ({ url }) => onChannel(url, (channel) => channel.publish('', 'k'.repeat(300), Buffer.from('x'))),
    is: 'UNEXPECTED bug final',
  },
  {
    what: 'amqplib: a connection that is cut',
    raise: ({ url }) => behindProxy(url, (model, proxy) => closing(model, () => proxy.cut())),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'amqplib: a connection without a heartbeat',
    raise: ({ url }) =>
      behindProxy(`${url}?heartbeat=1`, (model, proxy) =>
        closing(model, () => {
          proxy.mode = 'blackhole';
          proxy.freeze();
        }),
      ),
    is: 'BRIDGE_DOWN dependency retry',
  },
  {
    what: 'RabbitMQ: a server that stops',
    raise: ({ mortalUrl, stopMortal }) => onConnection(mortalUrl, (model) => ending(model, stopMortal)),
    is: 'BRIDGE_DOWN dependency retry',
  },
];

const transient = { durable: false, autoDelete: true };
const unique = () => `sample-${randomUUID()}`;

function changed(url: string, parts: { readonly password?: string; readonly pathname?: string }): string {
  const other = new URL(url);
  if (parts.password !== undefined) Object.assign(other, { username: other.username || 'guest' });
  Object.assign(other, parts);
  return other.href;
}

function quiet<C extends Channel>(channel: C): C {
  channel.on('error', () => undefined);
  return channel;
}

async function onConnection<T>(url: string, run: (model: ChannelModel) => Promise<T>): Promise<T> {
  const model = await connect(url, {});
  model.on('error', () => undefined);
  try {
    return await run(model);
  } finally {
    await model.close().catch(() => undefined);
  }
}

async function onChannel<T>(url: string, run: (channel: ConfirmChannel) => Promise<T> | T): Promise<T> {
  return onConnection(url, async (model) => run(quiet(await model.createConfirmChannel())));
}

/** Rejects with the error that ends the connection or channel. */
function closing(emitter: Pick<ChannelModel, 'once'> | Pick<Channel, 'once'>, cause: () => unknown) {
  return new Promise<never>((_, reject) => {
    emitter.once('error', reject);
    void cause();
  });
}

/** Rejects with what a connection says of its orderly end, which is no `error` of it. */
function ending(model: ChannelModel, cause: () => Promise<void>) {
  return new Promise<never>((_, reject) => {
    model.once('close', reject);
    void cause();
  });
}

function confirmed(channel: ConfirmChannel, queue: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, Buffer.from('x'), {}, (error: unknown) =>
      error === null ? resolve() : reject(error),
    );
  });
}

async function behindProxy(
  target: string,
  run: (model: ChannelModel, proxy: TcpProxy) => Promise<never>,
): Promise<never> {
  const { proxy, url } = await TcpProxy.before(target, 5672);
  try {
    const model = await connect(url, {});
    return await run(model, proxy);
  } finally {
    await proxy.close();
  }
}
