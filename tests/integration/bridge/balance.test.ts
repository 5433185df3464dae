// A restart of a service with several instances: one of them gets it, and it is said which.
import { describe, expect } from 'vitest';
import { createServiceDirectory } from '../../../src/bridge/index.ts';
import type { RestartMessage } from '../../../src/contracts/bus.ts';
import type { InstanceView } from '../../../src/contracts/services.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { eventually, it, stubbornProgram, tellRestart, type World } from './world.ts';

/** The instances of this world's service that the platform knows. */
function knownOf(redis: Redis, prefix: string, world: World) {
  const directory = createServiceDirectory({ redis }, { prefix });
  const instances = async () =>
    (await directory.services()).find(({ service }) => service === world.service)?.instances ?? [];
  /** Resolves to them when they are this many, and each is so. */
  const are = (count: number, is: (instance: InstanceView) => boolean = () => true) =>
    eventually(instances, { accept: (all) => all.length === count && all.every(is) });
  /** The same, each proved to live beside the others. */
  const areReady = async (count: number) => {
    const spokeAgain = Math.max(...(await are(count)).map(({ seenAt }) => seenAt));
    return are(count, ({ seenAt, state }) => seenAt > spokeAgain && state === 'ready');
  };
  return { instances, are, areReady };
}

/** Sidecars made by hand that beat once, and the orders that each hears. */
async function handmade(world: World, ...instances: readonly string[]) {
  const made = await Promise.all(
    instances.map(async (instance) => ({ instance, ...(await world.handmadeSidecar(instance)) })),
  );
  const beat = async () => {
    for (const { say } of made) await say('ready', { incarnation: 'old', host: 'hall' });
  };
  await beat();
  return { made, beat };
}

const meantFor = (orders: readonly RestartMessage[]) => orders.at(-1)?.instance;

describe('a service with several instances', () => {
  it('has one of them restarted, and says which of how many', async ({ world, redis, prefix }) => {
    const bridge = await world.connectedBridge();
    await world.sidecar({ host: 'hall' });
    await world.sidecar({ host: 'lab' });
    const { instances, areReady } = knownOf(redis, prefix, world);
    const before = new Map((await areReady(2)).map((it) => [it.instance, it.incarnation]));
    const { outcome, progress } = await tellRestart(bridge, world.order());
    expect(progress).toEqual(['sent', 'accepted', 'stopping', 'starting']);
    expect(outcome).toMatchObject({ state: 'ready', target: { of: 2 } });
    const { target } = outcome;
    await eventually(async () => {
      const changed = (await instances()).filter((it) => before.get(it.instance) !== it.incarnation);
      return changed.map(({ instance }) => instance).join() === target?.instance;
    });
  });

  it('has the other one restarted while the first is busy', async ({ world, redis, prefix }) => {
    const bridge = await world.connectedBridge();
    await world.sidecar({ ...stubbornProgram, graceMs: 2_000 });
    await world.sidecar({ ...stubbornProgram, graceMs: 2_000 });
    await knownOf(redis, prefix, world).areReady(2);
    const both = await Promise.all([
      tellRestart(bridge, world.order()),
      // Once the first is on its way.
      eventually(async () => (await redis.zcard(`${prefix}:orders:${world.service}`)) === 1).then(() =>
        tellRestart(bridge, world.order()),
      ),
    ]);
    expect(both.map(({ outcome }) => outcome.state)).toEqual(['ready', 'ready']);
    expect(new Set(both.map(({ outcome }) => outcome.target?.instance)).size).toBe(2);
    expect(await redis.zcard(`${prefix}:orders:${world.service}`)).toBe(0);
  });

  it('does not give the order to one that has failed, unless all have', async ({ world, redis, prefix }) => {
    const bridge = await world.connectedBridge();
    const { made } = await handmade(world, 'well', 'ill');
    const [well, ill] = made;
    await ill?.say('failed');
    await well?.say('ready', { incarnation: 'old' });
    const { instances, are } = knownOf(redis, prefix, world);
    await eventually(async () => (await instances()).some(({ state }) => state === 'failed'));
    await well?.say('ready', { incarnation: 'old' });
    const soon = () => world.order({ deadline: Date.now() + 800 });
    const { outcome } = await tellRestart(bridge, soon());
    expect([meantFor(well?.orders ?? []), outcome]).toMatchObject([
      'well',
      { state: 'unknown', target: { of: 2 } },
    ]);
    await well?.say('failed');
    await ill?.say('failed');
    await are(2, ({ state }) => state === 'failed');
    const all = await tellRestart(bridge, soon());
    expect(['well', 'ill']).toContain(all.outcome.target?.instance);
  });

  it('gives the order to the one that was asked for, also one that has failed', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const { made } = await handmade(world, 'well', 'ill');
    const [well, ill] = made;
    await ill?.say('failed');
    await well?.say('ready', { incarnation: 'old' });
    const soon = (instance: string) => world.order({ instance, deadline: Date.now() + 800 });
    const reached = async () => {
      await tellRestart(bridge, soon('ill'));
      return meantFor(ill?.orders ?? []);
    };
    await eventually(reached, { accept: (instance) => instance === 'ill' });
    expect((await tellRestart(bridge, soon('gone'))).outcome).toEqual({
      state: 'failed',
      reason: 'instance gone is not there',
    });
  });

  it('is not believed when another than the chosen one answers', async ({ world, redis, prefix }) => {
    const bridge = await world.connectedBridge();
    const { made, beat } = await handmade(world, 'a', 'b');
    await beat();
    await knownOf(redis, prefix, world).are(2);
    const order = world.order();
    const told = tellRestart(bridge, order);
    const chosen = await eventually(() => meantFor(made[0]?.orders ?? []));
    const [right, wrong] = made[0]?.instance === chosen ? made : made.toReversed();
    const answers = { orderId: order.id, incarnation: 'new', previousIncarnation: 'old' };
    await wrong?.say('accepted', answers);
    await wrong?.say('ready', { ...answers, incarnation: 'of the wrong one' });
    await right?.say('accepted', answers);
    await right?.say('ready', answers);
    expect((await told).outcome).toMatchObject({
      state: 'ready',
      incarnation: 'new',
      target: { instance: chosen },
    });
  });

  it('gets the order to another when the chosen one goes before it took it', async ({
    world,
    redis,
    prefix,
  }) => {
    const bridge = await world.connectedBridge();
    const { made, beat } = await handmade(world, 'a', 'b', 'c');
    await beat();
    await knownOf(redis, prefix, world).are(3);
    const told = tellRestart(bridge, world.order());
    const chosen = await eventually(() => meantFor(made[0]?.orders ?? []));
    await made.find(({ instance }) => instance === chosen)?.say('stopped', { leaving: true });
    const next = await eventually(() => {
      const meant = meantFor(made[0]?.orders ?? []);
      return meant === chosen ? undefined : meant;
    });
    const other = made.find(({ instance }) => instance === next);
    const order = other?.orders.at(-1);
    const answer = { orderId: order?.id ?? '', incarnation: 'new', previousIncarnation: 'old' };
    await other?.say('accepted', answer);
    await other?.say('ready', answer);
    expect((await told).outcome).toMatchObject({ state: 'ready', target: { instance: next, of: 2 } });
  });

  it('names nobody where there is but one, so that a successor takes the order too', async ({
    world,
    redis,
    prefix,
  }) => {
    const bridge = await world.connectedBridge();
    const { made } = await handmade(world, 'a');
    await knownOf(redis, prefix, world).are(1);
    const { outcome } = await tellRestart(bridge, world.order({ deadline: Date.now() + 800 }));
    expect([made[0]?.orders[0]?.instance, outcome.target]).toEqual([undefined, undefined]);
  });
});

it('a sidecar leaves an order that is for another alone, without a word', async ({ world }) => {
  const events = await world.events();
  await world.sidecar();
  await eventually(() => events.some(({ state }) => state === 'ready'));
  const channel = await world.channel();
  const { id, correlationId, service, issuedAt, deadline } = world.order();
  const order = { v: 1, id, correlationId, causationId: null, issuedAt, deadline, principal: 'test:me' };
  const send = (instance?: string) => {
    const body = { ...order, service, mode: 'graceful', reason: 'test', ...(instance && { instance }) };
    channel.publish('control_commands', `control.restart.${service}`, Buffer.from(JSON.stringify(body)));
    return channel.waitForConfirms();
  };
  await send('somebody else');
  const beats = events.length;
  await eventually(() => events.length > beats + 3);
  expect(events.filter(({ orderId }) => orderId === id)).toEqual([]);
  await send(events[0]?.instance);
  await eventually(() => events.some(({ orderId, state }) => orderId === id && state === 'accepted'));
});
