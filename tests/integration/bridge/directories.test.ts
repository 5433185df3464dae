import { describe, expect } from 'vitest';
import { storeDroneStatus } from '../../../src/bridge/drone-directory.ts';
import {
  createDroneDirectory,
  createDronePublisher,
  createServiceDirectory,
} from '../../../src/bridge/index.ts';
import { putNewest } from '../../../src/bridge/newest.ts';
import { type DroneStatus, droneStatusSchema } from '../../../src/contracts/drones.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { eventually, it } from './world.ts';

const view = (service: string, detail: string) => ({
  ...{ service, state: 'ready', incarnation: 'i', readySince: 1, seenAt: 1, detail },
});

describe('the read models', () => {
  it('show the status that a drone publishes, with the time of its arrival', async ({
    world,
    redis,
    prefix,
  }) => {
    await world.connectedBridge();
    const link = world.link();
    const drone = createDronePublisher(
      { link, clock: systemClock, logger: silentLogger },
      { url: world.url },
    );
    world.onClose(() => drone.stop());
    await drone.start();
    await eventually(() => link.status().state === 'up');
    const before = Date.now();
    const status: DroneStatus = {
      drone: world.service,
      at: 5,
      link: 'connected',
      batteryPercent: 71,
      flying: true,
      altitudeM: null,
      video: 'streaming',
    };
    await drone.publish(status);
    const directory = createDroneDirectory({ redis }, { prefix });
    const seen = await eventually(async () =>
      (await directory.drones()).find((it) => it.status.drone === world.service),
    );
    expect(seen?.status).toEqual(status);
    expect(seen?.seenAt).toBeGreaterThanOrEqual(before);
  });

  it('keep the time since when a service is ready, whenever it is first heard', async ({
    world,
    redis,
    prefix,
  }) => {
    const events = await world.events();
    await world.sidecar();
    await eventually(() => events.filter(({ state }) => state === 'ready').length > 2);
    await world.connectedBridge();
    const directory = createServiceDirectory({ redis }, { prefix });
    const seen = await eventually(async () =>
      (await directory.services()).find(({ service }) => service === world.service),
    );
    expect(seen?.readySince).toBe(events.find(({ state }) => state === 'ready')?.readySince);
  });

  it('show what the program of a service uses, by our own clock', async ({ world, redis, prefix }) => {
    await world.connectedBridge();
    await world.sidecar();
    const directory = createServiceDirectory({ redis }, { prefix });
    const seen = await eventually(async () =>
      (await directory.services()).find(({ service, use }) => service === world.service && use !== null),
    );
    expect(seen?.use?.rssBytes).toBeGreaterThan(100_000);
    expect(seen?.use?.cpu).toBeGreaterThanOrEqual(0);
    expect((seen?.seenAt ?? 0) - (seen?.use?.at ?? 0)).toBeLessThan(10_000);
    expect(seen?.use?.at).toBeLessThanOrEqual(seen?.seenAt ?? 0);
  });

  it('never let an older word replace a newer one', async ({ redis, prefix }) => {
    const key = `${prefix}:services`;
    await putNewest(redis, key, { field: 'a', at: 2, heardAt: 10, value: view('a', 'newer') });
    await putNewest(redis, key, { field: 'a', at: 1, heardAt: 11, value: view('a', 'older') });
    const services = await createServiceDirectory({ redis }, { prefix }).services();
    expect(services).toMatchObject([{ detail: 'newer' }]);
  });

  it('are not frozen by a word that claims to come from the future', async ({ redis, prefix }) => {
    const key = `${prefix}:services`;
    const year = 365 * 24 * 3_600_000;
    await putNewest(redis, key, { field: 'a', at: year, heardAt: 1_000, value: view('a', 'ahead') });
    await putNewest(redis, key, { field: 'a', at: 3_001, heardAt: 3_001, value: view('a', 'true') });
    const services = await createServiceDirectory({ redis }, { prefix }).services();
    expect(services).toMatchObject([{ detail: 'true' }]);
  });

  it('are not frozen when our own clock was ahead and is set right', async ({ redis, prefix }) => {
    const hour = 3_600_000;
    const status = droneStatusSchema.parse({
      ...{ drone: 'd', at: 1, link: 'lost', batteryPercent: null },
      ...{ flying: null, altitudeM: null, video: null },
    });
    await storeDroneStatus({ redis }, { prefix, seenAt: hour }, status);
    await storeDroneStatus({ redis }, { prefix, seenAt: 1_000 }, status);
    expect(await createDroneDirectory({ redis }, { prefix }).drones()).toMatchObject([{ seenAt: 1_000 }]);
  });

  it('list the instances of a service while they live, and no longer', async ({ world, redis, prefix }) => {
    await world.connectedBridge();
    const { sidecar } = await world.sidecar({ host: 'hall', version: '1.2.3' });
    const directory = createServiceDirectory({ redis }, { prefix });
    const view = async () => (await directory.services()).find(({ service }) => service === world.service);
    const instances = async () => (await view())?.instances ?? [];
    await eventually(async () => (await instances())[0]?.state === 'ready');
    expect(await instances()).toMatchObject([{ host: 'hall', version: '1.2.3', pid: process.pid }]);
    await world.sidecar();
    await eventually(async () => (await instances()).length === 2);
    await sidecar.stop();
    await eventually(async () => (await instances()).length === 1);
    // What the one that left said last is no word on the service.
    expect((await view())?.state).not.toBe('stopped');
  });

  it('forget within a minute of the next word what was silent for more than seven days', async ({
    redis,
    prefix,
  }) => {
    const key = `${prefix}:services`;
    const week = 7 * 24 * 3_600_000;
    await putNewest(redis, key, { field: 'old', at: 1, heardAt: 1, value: view('old', '') });
    await putNewest(redis, key, { field: 'edge', at: 2, heardAt: 2, value: view('edge', '') });
    // A minute later.
    await redis.del(`${key}:swept`);
    await putNewest(redis, key, { field: 'new', at: week + 2, heardAt: week + 2, value: view('new', '') });
    const services = await createServiceDirectory({ redis }, { prefix }).services();
    expect(services.map(({ service }) => service)).toEqual(['edge', 'new']);
  });

  it.for(['not json', '7', '{"at":"x","heardAt":null}', '{"at":9}', '{"at":{},"heardAt":9,"value":{}}'])(
    'leave out an entry that nobody can read, and take the next word on it: %s',
    async (text, { redis, prefix }) => {
      const key = `${prefix}:services`;
      await redis.hset(key, { a: text, b: text });
      const directory = createServiceDirectory({ redis }, { prefix });
      expect(await directory.services()).toEqual([]);
      await putNewest(redis, key, { field: 'a', at: 1, heardAt: 1, value: view('a', 'fine') });
      expect(await directory.services()).toMatchObject([{ detail: 'fine' }]);
    },
  );
});
