import { describe, expect } from 'vitest';
import { Connection } from '../../../src/bridge/connection.ts';
import { createSentOrders } from '../../../src/bridge/index.ts';
import { Publisher } from '../../../src/bridge/publisher.ts';
import { assertExchanges } from '../../../src/bridge/topology.ts';
import { exchanges, routingKeys } from '../../../src/contracts/bus.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { eventually, it, stubbornProgram, tellRestart, type World } from './world.ts';

async function proxied(world: World): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const { hostname, port } = new URL(world.url);
  const proxy = await TcpProxy.open({ host: hostname, port: Number(port || 5672) });
  world.onClose(() => proxy.close());
  return { proxy, url: `amqp://127.0.0.1:${proxy.port}` };
}

describe('the bridge in trouble', () => {
  it('finishes a restart that is asked for while the connection is cut', async ({ world }) => {
    const { proxy, url } = await proxied(world);
    const { bridge, link } = await world.bridge({ url });
    await eventually(() => link.status().state === 'up');
    await world.sidecar();
    proxy.mode = 'refuse';
    proxy.cut();
    await eventually(() => link.status().state === 'down');
    const asked = tellRestart(bridge, world.order());
    proxy.mode = 'pass';
    expect((await asked).outcome.state).toBe('ready');
  });

  it('waits a moment for a sidecar that comes back later than the bridge, also with an order given between the two', async ({
    world,
  }) => {
    const { proxy, url } = await proxied(world);
    const { bridge, link } = await world.bridge({ url });
    await eventually(() => link.status().state === 'up');
    proxy.cut();
    await eventually(() => link.status().state === 'down');
    await eventually(() => link.status().state === 'up');
    const asked = tellRestart(bridge, world.order());
    await world.sidecar();
    expect((await asked).outcome.state).toBe('ready');
  });

  it('remembers an order as perhaps out while RabbitMQ has not confirmed it, and when that is given up', async ({
    world,
    redis,
    prefix,
  }) => {
    const { proxy, url } = await proxied(world);
    const bridge = await world.connectedBridge({ url });
    const sent = createSentOrders(redis, { prefix });
    const order = world.order();
    proxy.freeze();
    const stop = new AbortController();
    const asked = tellRestart(bridge, order, stop.signal).catch((thrown: unknown) => thrown);
    await eventually(() => sent.mayBeOut(order.id));
    stop.abort();
    proxy.cut();
    expect(await asked).toMatchObject({ message: `restart ${order.id} interrupted` });
    expect(await sent.mayBeOut(order.id)).toBe(true);
  });

  it('asks again only the sidecar that took the order, so that one in its place does not do it once more', async ({
    world,
  }) => {
    const bridge = await world.connectedBridge();
    const { orders, say } = await world.handmadeSidecar('one');
    const order = world.order();
    const asked = tellRestart(bridge, order);
    await eventually(() => orders.length > 0);
    await say('accepted', { orderId: order.id });
    await eventually(() => orders.length > 1);
    await say('stopped', { orderId: order.id });
    await asked;
    expect([orders[0]?.instance, orders[1]?.instance]).toEqual([undefined, 'one']);
  });

  it('finishes a restart whose connection is cut in its middle', async ({ world }) => {
    const { proxy, url } = await proxied(world);
    const { bridge, link } = await world.bridge({ url });
    await eventually(() => link.status().state === 'up');
    const events = await world.events();
    await world.sidecar({ ...stubbornProgram, graceMs: 500 });
    await eventually(() => events.some(({ state }) => state === 'ready'));
    const asked = tellRestart(bridge, world.order());
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    proxy.cut();
    expect((await asked).outcome.state).toBe('ready');
    expect(
      new Set(events.flatMap(({ state, incarnation }) => (state === 'ready' ? incarnation : []))).size,
    ).toBe(2);
  });

  it('hears a sidecar again whose connection was cut, and the program never noticed', async ({ world }) => {
    const { proxy, url } = await proxied(world);
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar({ url });
    await eventually(() => events.some(({ state }) => state === 'ready'));
    proxy.cut();
    events.length = 0;
    const back = await eventually(() => events.find(({ state }) => state === 'ready'));
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome).toMatchObject({ state: 'ready', oldIncarnation: back?.incarnation });
  });

  it('calls a restart unknown when its sidecar is killed after it accepted', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    const { program, args } = stubbornProgram;
    const sidecar = world.mortalSidecar({ program, args, graceMs: 60_000 });
    await eventually(() => events.some(({ state }) => state === 'ready'));
    const asked = tellRestart(bridge, world.order({ deadline: Date.now() + 2_500 }));
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    sidecar.kill('SIGKILL');
    expect((await asked).outcome).toEqual({
      state: 'unknown',
      reason: `no answer after stopping from the sidecar of ${world.service}`,
    });
  });

  it('notices a black hole by its heartbeat and comes back when it closes', async ({ world }) => {
    const { proxy, url } = await proxied(world);
    const { link } = await world.bridge({ url: `${url}?heartbeat=1` });
    await eventually(() => link.status().state === 'up');
    proxy.mode = 'blackhole';
    await eventually(() => link.status().state === 'down');
    proxy.mode = 'pass';
    proxy.cut();
    expect(await eventually(() => link.status().state === 'up')).toBe(true);
  });

  it('notices by its canary that it is deaf, makes the connection anew, and counts it', async ({ world }) => {
    const { proxy, url } = await proxied(world);
    const { bridge, link } = await world.bridge({ url: `${url}?heartbeat=60` });
    await eventually(() => link.status().state === 'up');
    proxy.freeze();
    await eventually(() => link.status().recreated === 1);
    await eventually(() => link.status().state === 'up');
    expect(link.status().detail).toContain('re-created 1×');
    await world.sidecar();
    expect((await tellRestart(bridge, world.order())).outcome.state).toBe('ready');
  });

  it('names an exchange of another type on the link and heals when it is gone', async ({ world }) => {
    const name = `${world.service}-exchange`;
    const channel = await world.channel();
    await channel.assertExchange(name, 'fanout', { durable: true });
    const link = world.link();
    const connection = new Connection(
      { link, clock: systemClock, logger: silentLogger },
      { url: world.url, name },
    );
    connection.use((model) => assertExchanges(model, [{ name, type: 'topic', durable: true }]));
    world.onClose(() => connection.close());
    await connection.open();
    await eventually(() => link.status().detail.includes(`TOPOLOGY_CONFLICT: exchange ${name}`));
    expect(link.status().state).toBe('down');
    await channel.deleteExchange(name);
    await eventually(() => link.status().state === 'up');
    await channel.deleteExchange(name);
  });

  it('counts garbage on the bus and goes on', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const channel = await world.channel();
    for (const body of ['not json', '{"v":1}', 'null']) {
      channel.publish(
        exchanges.serviceEvents.name,
        routingKeys.serviceEvent(world.service, 'ready'),
        Buffer.from(body),
      );
    }
    await channel.waitForConfirms();
    await eventually(() => bridge.garbage >= 3);
    await world.sidecar();
    expect((await tellRestart(bridge, world.order())).outcome.state).toBe('ready');
  });

  it('F28 refuses a body of 130 MB before it is sent, and sends the next over the same connection', async ({
    world,
  }) => {
    const deps = { link: world.link(), clock: systemClock, logger: silentLogger };
    const connection = new Connection(deps, { url: world.url, name: 'large' });
    connection.use((model) => assertExchanges(model));
    const publisher = new Publisher({ connection, clock: systemClock }, { appId: 'test' });
    world.onClose(() => connection.close());
    await connection.open();
    await eventually(() => deps.link.status().state === 'up');
    const { model } = connection;
    const key = routingKeys.restart(world.service);
    const message = { exchange: exchanges.control.name, key, id: '1', correlationId: '1', type: 't' };
    const large = publisher.publish({ ...message, body: 'x'.repeat(130_000_000) });
    await expect(large).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(await publisher.publish({ ...message, id: '2', body: '{}' })).toBe('unroutable');
    expect(connection.model).toBe(model);
  });

  it('refuses to publish without a connection', async ({ world }) => {
    const deps = { link: world.link(), clock: systemClock, logger: silentLogger };
    const connection = new Connection(deps, { url: world.url, name: 'never opened' });
    const publisher = new Publisher({ connection, clock: systemClock }, { appId: 'test' });
    const message = { exchange: 'e', key: 'k', body: '{}', id: '1', correlationId: '1', type: 't' };
    await expect(publisher.publish(message)).rejects.toMatchObject({ code: 'BRIDGE_DOWN' });
  });
});
