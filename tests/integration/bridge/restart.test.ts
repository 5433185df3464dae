import { describe, expect, onTestFinished } from 'vitest';
import { createServiceDirectory } from '../../../src/bridge/index.ts';
import { RestartRecords, unsentRecord } from '../../../src/bridge/restart-record.ts';
import {
  exchanges,
  restartMessageSchema,
  routingKeys,
  type ServiceEvent,
} from '../../../src/contracts/bus.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { eventually, it, shellProgram, stubbornProgram, tellRestart } from './world.ts';

const ready = (events: readonly ServiceEvent[]) => events.filter(({ state }) => state === 'ready');
const starts = (events: readonly ServiceEvent[]) =>
  new Set(ready(events).map((event) => event.incarnation)).size;

describe('a restart over profile topic-v1', () => {
  it('ends ready with a new incarnation and another process', async ({ world, redis, prefix }) => {
    const bridge = await world.connectedBridge();
    const directory = createServiceDirectory({ redis }, { prefix });
    await world.sidecar();
    const view = async () => (await directory.services()).find(({ service }) => service === world.service);
    const before = await eventually(view, { accept: (it) => it?.state === 'ready' });
    const { outcome, progress } = await tellRestart(bridge, world.order());
    expect(progress).toEqual(['sent', 'accepted', 'stopping', 'starting']);
    expect(outcome).toMatchObject({ state: 'ready', oldIncarnation: before?.incarnation });
    const after = await eventually(view, {
      accept: (it) => it?.state === 'ready' && it.incarnation !== before?.incarnation,
    });
    expect(outcome).toMatchObject({ incarnation: after?.incarnation });
    expect(after?.detail).toMatch(/^pid \d+$/);
    expect(after?.detail).not.toBe(before?.detail);
  });

  it('fails at once when nobody listens for the service', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome).toEqual({ state: 'failed', reason: `nobody listens for ${world.service}` });
  });

  it('fails with the reason when the program does not come back', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    const flag = world.flagFile();
    await world.sidecar(shellProgram(`[ -e '${flag}' ] && exit 7; touch '${flag}'; cat > /dev/null`));
    await eventually(() => ready(events).length > 0);
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^5 failures .* exited with code 7/),
    });
  });

  it('ends ready when the program comes up at the second try', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    const starts = world.flagFile();
    const failsSecond = `printf x >> '${starts}'; [ "$(cat '${starts}')" = xx ] && exit 3; cat > /dev/null`;
    await world.sidecar(shellProgram(failsSecond));
    await eventually(() => ready(events).length > 0);
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome).toMatchObject({ state: 'ready', oldIncarnation: ready(events)[0]?.incarnation });
    expect(events.find(({ state }) => state === 'failed')?.detail).toBe('exited with code 3');
  });

  it('is unknown, with the last failure, when it is still tried at the deadline', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar(shellProgram('exit 3'));
    await eventually(() => events.some(({ state }) => state === 'failed'));
    const { outcome } = await tellRestart(bridge, world.order({ deadline: Date.now() + 1_200 }));
    expect(outcome).toEqual({
      state: 'unknown',
      reason: 'not ready by its deadline; the last failed start: exited with code 3',
    });
  });

  it('is not proved by the incarnation that ran before, whatever a sidecar says', async ({
    world,
    redis,
    prefix,
  }) => {
    const bridge = await world.connectedBridge();
    const { orders, say } = await world.handmadeSidecar();
    await say('ready', { incarnation: 'old' });
    const directory = createServiceDirectory({ redis }, { prefix });
    await eventually(async () => (await directory.services()).length > 0);
    const { id: orderId, ...order } = world.order();
    const asked = tellRestart(bridge, { ...order, id: orderId });
    await eventually(() => orders.length > 0);
    await say('ready', { orderId, incarnation: 'old', previousIncarnation: 'made up' });
    await say('ready', { orderId, incarnation: 'new' });
    expect((await asked).outcome).toMatchObject({ oldIncarnation: 'old', incarnation: 'new' });
  });

  it('is ended by the sidecar that accepted it and by no other, also after a crash', async ({
    world,
    redis,
    prefix,
  }) => {
    const { orders, say } = await world.handmadeSidecar('one');
    const directory = createServiceDirectory({ redis }, { prefix });
    const incarnation = async () =>
      (await directory.services()).find(({ service }) => service === world.service)?.incarnation;
    const bridge = await world.connectedBridge();
    await say('ready', { incarnation: 'old' });
    await eventually(async () => (await incarnation()) === 'old');
    const order = world.order();
    const crash = new AbortController();
    const interrupted = tellRestart(bridge, order, crash.signal).catch((e: unknown) => e);
    await eventually(() => orders.length > 0);
    await say('accepted', { orderId: order.id });
    const records = new RestartRecords(redis, prefix);
    await eventually(async () => (await records.load(order.id))?.instance === 'one');
    crash.abort();
    await interrupted;
    await say('ready', { incarnation: 'new' });
    await eventually(async () => (await incarnation()) === 'new');
    const before = orders.length;
    const resumed = tellRestart(bridge, order);
    await eventually(() => orders.length > before);
    await say('ready', { orderId: order.id, instance: 'two', incarnation: 'of another' });
    await say('stopped', { orderId: order.id, instance: 'two' });
    await say('ready', { orderId: order.id, incarnation: 'new' });
    expect((await resumed).outcome).toMatchObject({ oldIncarnation: 'old', incarnation: 'new' });
  });

  it('kills a program that ignores the request to end, when its grace is over', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar({ ...stubbornProgram, graceMs: 300 });
    await eventually(() => ready(events).length > 0);
    const { outcome } = await tellRestart(bridge, world.order());
    expect(outcome.state).toBe('ready');
  });

  it('happens once when the same order is sent twice', async ({ world }) => {
    const [bridge, twin] = [await world.connectedBridge(), await world.connectedBridge()];
    const events = await world.events();
    await world.sidecar();
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    const [one, two] = await Promise.all([tellRestart(bridge, order), tellRestart(twin, order)]);
    expect(two.outcome).toMatchObject({ state: 'ready' });
    expect(one.outcome).toMatchObject({ ...two.outcome, tookMs: expect.any(Number) });
    expect(starts(events)).toBe(2);
  });

  it('happens once for two orders at a time, and both are answered', async ({ world }) => {
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar({ ...stubbornProgram, graceMs: 500 });
    await eventually(() => ready(events).length > 0);
    const first = tellRestart(bridge, world.order());
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    const second = tellRestart(bridge, world.order());
    const outcomes = (await Promise.all([first, second])).map(({ outcome }) => outcome);
    expect(outcomes.map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(new Set(outcomes.map((outcome) => 'incarnation' in outcome && outcome.incarnation)).size).toBe(1);
  });

  it('ends ready also for an order that joins while the program is starting', async ({
    world,
    redis,
    prefix,
  }) => {
    const directory = createServiceDirectory({ redis }, { prefix });
    const starting = async () =>
      (await directory.services()).some(
        ({ service, state }) => service === world.service && state === 'starting',
      );
    const bridge = await world.connectedBridge();
    const events = await world.events();
    await world.sidecar({ readyAfterMs: 1_500 });
    await eventually(() => ready(events).length > 0);
    const first = tellRestart(bridge, world.order());
    await eventually(starting);
    const second = tellRestart(bridge, world.order());
    const outcomes = (await Promise.all([first, second])).map(({ outcome }) => outcome.state);
    expect(outcomes).toEqual(['ready', 'ready']);
  });

  it('is not done when the order comes after its deadline', async ({ world }) => {
    const events = await world.events();
    await world.sidecar();
    await eventually(() => ready(events).length > 0);
    const publish = async (deadline: number) => {
      const { id, correlationId, service, mode, reason, principal, issuedAt } = world.order();
      const body = restartMessageSchema.parse({
        ...{
          v: 1,
          id,
          correlationId,
          causationId: null,
          issuedAt,
          deadline,
          principal,
          service,
          mode,
          reason,
        },
      });
      const channel = await world.channel();
      channel.publish(
        exchanges.control.name,
        routingKeys.restart(service),
        Buffer.from(JSON.stringify(body)),
      );
      await channel.waitForConfirms();
      return id;
    };
    const stale = await publish(Date.now() - 1_000);
    const fresh = await publish(Date.now() + 10_000);
    // The queue keeps its order: once the fresh one is answered, the stale one was read and passed over.
    await eventually(() => events.some(({ orderId, state }) => orderId === fresh && state === 'ready'));
    expect(events.filter(({ orderId }) => orderId === stale)).toEqual([]);
  });

  it('returns the stored outcome when it is asked again after a crash', async ({ world }) => {
    const events = await world.events();
    await world.sidecar();
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    const first = await tellRestart(await world.connectedBridge(), order);
    const again = await tellRestart(await world.connectedBridge(), order);
    expect(again).toEqual({ outcome: first.outcome, progress: [] });
  });

  it('is answered and not done again when a finished order is asked anew', async ({ world }) => {
    const events = await world.events();
    await world.sidecar({ heartbeatMs: 60_000 });
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    const first = await tellRestart(await world.connectedBridge(), order);
    const forgetful = await world.connectedBridge({ prefix: `{${world.service}}` });
    const again = await tellRestart(forgetful, order);
    expect(again.outcome).toMatchObject({ ...first.outcome, tookMs: expect.any(Number) });
    // The queue keeps its order: had it been taken on again, that was said before a later one was.
    await tellRestart(forgetful, world.order());
    const takenOn = () => events.flatMap(({ orderId, state }) => (state === 'accepted' ? orderId : []));
    expect(await eventually(takenOn, { accept: (ids) => new Set(ids).size === 2 })).toHaveLength(2);
  });

  it('learns how it ended also when the crash outlasted the deadline', async ({ world, redis }) => {
    const events = await world.events();
    await world.sidecar();
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    const first = await tellRestart(await world.connectedBridge(), order);
    const prefix = `{${world.service}}`;
    await new RestartRecords(redis, prefix).save(order.id, {
      ...unsentRecord,
      phase: 'sent',
      firstSentAt: 1,
    });
    const resumed = await tellRestart(await world.connectedBridge({ prefix }), { ...order, deadline: 2 });
    expect(resumed.outcome).toMatchObject({ ...first.outcome, tookMs: expect.any(Number) });
  });

  it('took the seconds of its service, and not those that the platform was away', async ({
    world,
    redis,
  }) => {
    const events = await world.events();
    await world.sidecar();
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    await tellRestart(await world.connectedBridge(), order);
    const prefix = `{${world.service}}`;
    const resumed = async (firstSentAt: number) => {
      const id = order.id;
      await new RestartRecords(redis, prefix).save(id, { ...unsentRecord, phase: 'sent', firstSentAt });
      // The sidecar repeats what it said then.
      return (await tellRestart(await world.connectedBridge({ prefix }), { ...order, deadline: 2 })).outcome;
    };
    const readyAt = ready(events).at(-1)?.readySince ?? 0;
    expect(await resumed(readyAt - 700)).toMatchObject({ state: 'ready', tookMs: 700 });
    expect(await resumed(readyAt + 5)).toMatchObject({ state: 'ready', withAbsenceOf: 'swarmline' });
  });

  it('took the seconds of its service, and not those until RabbitMQ was back', async ({
    world,
    rabbitUrl,
  }) => {
    const { proxy, url } = await TcpProxy.before(rabbitUrl, 5672);
    onTestFinished(() => proxy.close());
    const events = await world.events();
    await world.sidecar({ ...stubbornProgram, graceMs: 500 });
    await eventually(() => ready(events).length > 0);
    const told = tellRestart(await world.connectedBridge({ url }), world.order());
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    proxy.cut();
    const { outcome } = await told;
    const acceptedAt = events.find(({ state }) => state === 'accepted')?.issuedAt ?? 0;
    const readySince = ready(events).at(-1)?.readySince ?? 0;
    expect(outcome).toMatchObject({ state: 'ready', tookMs: readySince - acceptedAt });
  });

  it('goes on after a crash in its middle, and restarts once', async ({ world }) => {
    const events = await world.events();
    await world.sidecar({ ...stubbornProgram, graceMs: 1_000 });
    await eventually(() => ready(events).length > 0);
    const order = world.order();
    const crash = new AbortController();
    const interrupted = tellRestart(await world.connectedBridge(), order, crash.signal).catch(
      (e: unknown) => e,
    );
    await eventually(() => events.some(({ state }) => state === 'stopping'));
    crash.abort();
    expect(await interrupted).toBeInstanceOf(SwarmError);
    const resumed = await tellRestart(await world.connectedBridge(), order);
    expect(resumed.outcome.state).toBe('ready');
    expect(new Set(resumed.progress).size).toBe(resumed.progress.length);
    expect(starts(events)).toBe(2);
  });

  it('expires when RabbitMQ does not come before the deadline', async ({ world }) => {
    const { bridge } = await world.bridge({ url: 'amqp://127.0.0.1:1' });
    const { outcome } = await tellRestart(bridge, world.order({ deadline: Date.now() + 300 }));
    expect(outcome).toEqual({ state: 'expired', reason: 'never sent before its deadline' });
  });
});
