// What comes on the bus and cannot be handled lies on `swarmline.dlx` under its own key, with the reason, and is counted.
import { describe, expect } from 'vitest';
import { Connection } from '../../../src/bridge/connection.ts';
import { Consumer, route } from '../../../src/bridge/consumer.ts';
import { Poison } from '../../../src/bridge/poison.ts';
import { assertExchanges } from '../../../src/bridge/topology.ts';
import { deadQueue, exchanges, routingKeys } from '../../../src/contracts/bus.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { z } from 'zod';
import { ManualClock } from '../../unit/core/manual-clock.ts';
import { deadUnder, told } from './dead.ts';
import { eventually, it, type World } from './world.ts';

describe('a message on the bus that cannot be handled', () => {
  it('lies byte for byte under its own key with the reason, and is counted and shown', async ({ world }) => {
    const bridge = await world.connectedBridge({ instance: 'reader' });
    const channel = await world.channel();
    const key = routingKeys.serviceEvent(world.service, 'ready');
    const dead = await deadUnder(channel, key, 'swarmline-reader');
    const bodies = [Buffer.from([0xff, 0x00, 0x7b]), Buffer.from('{"v":1}')];
    for (const [i, body] of bodies.entries()) {
      channel.publish(exchanges.serviceEvents.name, key, body, { messageId: `m-${i}`, expiration: 60_000 });
    }
    await channel.waitForConfirms();
    await eventually(() => dead.length === 2);
    const { name: exchange } = exchanges.serviceEvents;
    expect(dead.map(told)).toEqual([
      { key, exchange, content: bodies[0], id: 'm-0', reason: 'no JSON' },
      { key, exchange, content: bodies[1], id: 'm-1', reason: expect.stringContaining('at correlationId') },
    ]);
    expect(dead[0]?.properties.expiration).toBeUndefined();
    expect(bridge.garbage).toBeGreaterThanOrEqual(2);
    expect((await channel.checkQueue(deadQueue.name)).queue).toBe(deadQueue.name);
  });

  it('is an order that a sidecar cannot read, too', async ({ world }) => {
    await world.sidecar();
    const channel = await world.channel();
    const key = routingKeys.restart(world.service);
    const dead = await deadUnder(channel, key, `sidecar-${world.service}`);
    channel.publish(exchanges.control.name, key, Buffer.from('{"mode":"softly"}'));
    await channel.waitForConfirms();
    await eventually(() => dead.length === 1);
    expect(dead.map(told)).toMatchObject([{ key, exchange: exchanges.control.name }]);
  });

  it('is one whose handler can never take it, and not one that has to wait for something', async ({
    world,
  }) => {
    const { channel, key, dead } = await openConsumer(world);
    for (const body of ['"waits"', '"breaks"']) {
      channel.publish(exchanges.serviceEvents.name, key, Buffer.from(body));
    }
    await channel.waitForConfirms();
    await eventually(() => dead.length > 0);
    expect(dead.map(told)).toMatchObject([{ content: Buffer.from('"breaks"'), reason: 'it broke' }]);
  });

  it('lies there no more than twenty times in a second, so that a babbler does not fill RabbitMQ', async ({
    world,
  }) => {
    const clock = new ManualClock();
    const { channel, key, dead, judged } = await openConsumer(world, clock);
    const babble = async (count: number) => {
      for (let i = 0; i < count; i += 1)
        channel.publish(exchanges.serviceEvents.name, key, Buffer.from(`"breaks ${i}"`));
      await channel.waitForConfirms();
    };
    await babble(30);
    // Those that are left out are judged within the same second, or they would be of the next.
    await eventually(() => judged.length === 30 && dead.length === 20);
    clock.advance(1_000);
    await babble(1);
    await eventually(() => dead.length > 20);
    expect(dead.length).toBe(21);
  });
});

/** A consumer of its own key, whose handler breaks over one message and has to wait over another. */
async function openConsumer(world: World, clock: Clock = systemClock) {
  const channel = await world.channel();
  const key = routingKeys.serviceEvent(world.service, 'odd');
  const dead = await deadUnder(channel, key, 'test');
  const deps = { link: world.link(), clock: systemClock, logger: silentLogger };
  const connection = new Connection(deps, { url: world.url, name: 'poison test' });
  connection.use((model) => assertExchanges(model));
  const poison = new Poison({ clock, logger: silentLogger }, { by: 'test' });
  const judged: string[] = [];
  const lay: Poison['lay'] = (on, message, why) => {
    poison.lay(on, message, why);
    judged.push(why);
  };
  new Consumer({ connection, logger: silentLogger, poison: { lay } }, [
    route({ exchange: exchanges.serviceEvents.name, keys: [key] }, z.string(), (word) => {
      throw new SwarmError(
        word === 'waits' ? coreErrors.redisUnavailable : coreErrors.unexpected,
        word === 'waits' ? 'away' : 'it broke',
      );
    }),
  ]);
  world.onClose(() => connection.close());
  await connection.open();
  await eventually(() => deps.link.status().state === 'up');
  return { channel, key, dead, judged };
}
