import { describe, expect } from 'vitest';
import { RestartRecords, unsentRecord } from '../../../src/bridge/restart-record.ts';
import { exchanges } from '../../../src/contracts/bus.ts';
import { eventually, it, tellRestart, type World } from './world.ts';

const { name, type } = exchanges.legacyRestart;
const profile = 'legacy-fanout';

async function hearBroadcasts(world: World) {
  const heard: { readonly body: string; readonly contentType: unknown }[] = [];
  await world.listen({ exchange: name, type, key: '' }, (body, contentType) =>
    heard.push({ body, contentType }),
  );
  return heard;
}

describe('a restart over profile legacy-fanout', () => {
  it('is the exact body that the legacy hub knows, and is called unconfirmed', async ({ world }) => {
    const heard = await hearBroadcasts(world);
    const { outcome } = await tellRestart(await world.connectedBridge({ profile }), world.order());
    expect(outcome).toEqual({ state: 'sent', reason: 'broadcast, unconfirmed' });
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([{ body: '{"type":"restart"}', contentType: 'application/json' }]);
  });

  it('fails when nobody is bound', async ({ world }) => {
    await (await world.channel()).assertExchange(name, type, { durable: true });
    const { outcome } = await tellRestart(await world.connectedBridge({ profile }), world.order());
    expect(outcome).toEqual({ state: 'failed', reason: 'nobody is bound to restart_exchange' });
  });

  it('fails when the hub has no such exchange, and the connection survives', async ({ world }) => {
    const bridge = await world.connectedBridge({ profile });
    await (await world.channel()).deleteExchange(name);
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome).toEqual({ state: 'failed', reason: 'RabbitMQ has no exchange restart_exchange' });
    await hearBroadcasts(world);
    expect((await tellRestart(bridge, world.order())).outcome.state).toBe('sent');
  });

  it('is not broadcast a second time when it was interrupted while sending', async ({
    world,
    redis,
    prefix,
  }) => {
    const heard = await hearBroadcasts(world);
    const bridge = await world.connectedBridge({ profile });
    const order = world.order();
    await new RestartRecords(redis, prefix).save(order.id, {
      ...unsentRecord,
      phase: 'sending',
      firstSentAt: 1,
    });
    expect((await tellRestart(bridge, order)).outcome.state).toBe('unknown');
    await tellRestart(bridge, world.order());
    await eventually(() => heard.length > 0);
    expect(heard).toHaveLength(1);
  });
});
