// Gas over RabbitMQ, real: the promises of every inbox, and the way back for what agents say of it.
import { type ConsumeMessage, connect } from 'amqplib';
import { describe, expect } from 'vitest';
import { createBridge } from '../../../src/bridge/index.ts';
import { exchanges, gasMessageSchema, routingKeys } from '../../../src/contracts/bus.ts';
import type { GasAcknowledgement } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { makeInbox } from '../../../src/pipeline/inboxes/inboxes.ts';
import { describeInbox, type RigPlace } from '../../conformance/inbox.ts';
import { eventually, it as base } from '../../support/fixtures.ts';

interface Scene {
  readonly bridge: Awaited<ReturnType<typeof openBridge>>;
  readonly heard: GasAcknowledgement[];
  /** Why nothing can be noted at present. */
  fault: Error | null;
  /** An agent says something of its gas, in any words. */
  say(agent: string, body: string): Promise<void>;
}

async function openBridge(
  { rabbitUrl, redisUrl, prefix }: RigPlace,
  noteGasAck?: (acknowledgement: GasAcknowledgement) => Promise<void>,
) {
  const redis = createCommandRedis({ url: redisUrl, name: 'test' });
  const link = new Link({ name: 'rabbitmq', hard: false, clock: systemClock });
  const bridge = createBridge(
    {
      ...{ redis, link, clock: systemClock, logger: silentLogger, noteGasAck },
      guards: createGuards({ clock: systemClock }),
    },
    { url: rabbitUrl, profile: 'topic-v1', prefix, instance: 'test' },
  );
  await bridge.start();
  await eventually(() => link.status().state === 'up');
  return {
    gas: bridge.gas,
    stop: async () => {
      await bridge.stop();
      closeRedis(redis);
    },
  };
}

describeInbox('amqp', async (place) => {
  const bridge = await openBridge(place);
  const model = await connect(place.rabbitUrl);
  const channel = await model.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchanges.agentGas.name, routingKeys.agentGas('Agent-2'));
  const texts = new Map<string, string>();
  const onMessage = (message: ConsumeMessage | null) => {
    if (message === null) return;
    const { gas } = gasMessageSchema.parse(JSON.parse(message.content.toString('utf8')));
    const id = String(message.properties.messageId);
    if (!texts.has(id)) texts.set(id, gas.text);
  };
  await channel.consume(queue, onMessage, { noAck: true });
  const inbox = makeInbox({ clock: systemClock, bus: () => bridge.gas }, { kind: 'amqp' });
  return {
    inbox,
    received: () => Promise.resolve([...texts.values()]),
    away: {
      ...inbox,
      deliver: (gas, signal) => inbox.deliver({ ...gas, to: `nobody-${texts.size}` }, signal),
    },
    misconfigured: null,
    knows: false,
    close: async () => {
      await model.close();
      await bridge.stop();
    },
  };
});

const it = base.extend<{ scene: Scene }>({
  scene: async ({ redisUrl, rabbitUrl, prefix }, use) => {
    const heard: GasAcknowledgement[] = [];
    const bridge = await openBridge({ redisUrl, rabbitUrl, prefix }, async (acknowledgement) => {
      if (scene.fault !== null) throw scene.fault;
      heard.push(acknowledgement);
    });
    const model = await connect(rabbitUrl);
    const channel = await model.createConfirmChannel();
    const scene: Scene = {
      bridge,
      heard,
      fault: null,
      say: async (agent, body) => {
        channel.publish(exchanges.agentGas.name, routingKeys.gasAck(agent), Buffer.from(body));
        await channel.waitForConfirms();
      },
    };
    await use(scene);
    await channel.deleteQueue(`swarmline.gas_acks.${prefix.replaceAll(/[{}]/g, '')}`);
    await model.close();
    await bridge.stop();
  },
});

describe('what agents say of their gas', () => {
  it('is heard with whose word it is', async ({ scene }) => {
    await scene.say('Agent-2', '{"id":"x1","state":"working"}');
    await scene.say('Agent-3', '{"id":"x2"}');
    await eventually(() => scene.heard.length === 2);
    expect(scene.heard).toEqual([
      { agent: 'Agent-2', id: 'x1', state: 'working' },
      { agent: 'Agent-3', id: 'x2', state: 'accepted' },
    ]);
  });

  it('does not stop at what is not understood', async ({ scene }) => {
    for (const body of ['no json', '{"id":""}', '{"id":"x1","state":"done"}']) {
      await scene.say('Agent-2', body);
    }
    await scene.say('Agent-2', '{"id":"x9"}');
    expect(await eventually(() => scene.heard[0])).toEqual({ agent: 'Agent-2', id: 'x9', state: 'accepted' });
  });

  it('is kept while it cannot be noted', async ({ scene }) => {
    scene.fault = new Error('Redis is away');
    await scene.say('Agent-2', '{"id":"x1"}');
    await scene.say('Agent-2', '{"id":"x2"}');
    expect(scene.heard).toEqual([]);
    scene.fault = null;
    await eventually(() => scene.heard.length === 2);
    expect(scene.heard.map(({ id }) => id).toSorted()).toEqual(['x1', 'x2']);
  });

  it('is kept while nobody is there to hear it', async ({ scene, redisUrl, rabbitUrl, prefix }) => {
    await scene.bridge.stop();
    await scene.say('Agent-2', '{"id":"x1"}');
    const heard: string[] = [];
    const later = await openBridge({ redisUrl, rabbitUrl, prefix }, async ({ id }) => void heard.push(id));
    await eventually(() => heard.length === 1);
    expect([scene.heard, heard]).toEqual([[], ['x1']]);
    await later.stop();
  });
});
