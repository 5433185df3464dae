import { describe, expect, it } from 'vitest';
import { restartMessageSchema, serviceEventSchema } from '../../../src/contracts/bus.ts';
import { droneStatusSchema } from '../../../src/contracts/drones.ts';

const envelope = {
  v: 1,
  id: 'e',
  correlationId: 'c',
  causationId: null,
  issuedAt: 1,
  deadline: 2,
  principal: 'system:x',
};
const event = {
  ...envelope,
  service: 'slam',
  instance: 'i',
  incarnation: 'new',
  previousIncarnation: 'old',
  orderId: null,
  state: 'ready',
  detail: '',
};
const sequence = '\u001b]0;owned\u0007';

describe('a message from the bus', () => {
  it('is free of what would steer a terminal', () => {
    const read = serviceEventSchema.parse({
      ...event,
      instance: `i${sequence}`,
      incarnation: `n${sequence}`,
      previousIncarnation: `o${sequence}`,
      detail: `line\n${sequence}`,
    });
    expect(read).toMatchObject({
      instance: 'i]0;owned',
      incarnation: 'n]0;owned',
      previousIncarnation: 'o]0;owned',
      detail: 'line ]0;owned',
    });
  });

  it('is cut: ids at 64 characters, details and reasons at 300', () => {
    const long = 'x'.repeat(1_000);
    const { instance, incarnation, detail } = serviceEventSchema.parse({
      ...event,
      ...{ instance: long, incarnation: long, detail: long },
    });
    const { reason } = restartMessageSchema.parse({
      ...envelope,
      ...{ service: 'slam', mode: 'force', reason: long },
    });
    expect([instance, incarnation, detail, reason].map((text) => text?.length)).toEqual([64, 64, 300, 300]);
  });

  it('is refused when nothing of an id is left', () => {
    expect(serviceEventSchema.safeParse({ ...event, incarnation: '\u001b' }).success).toBe(false);
  });

  it('is refused when a drone has a name that no drone may have', () => {
    const status = { at: 1, link: 'lost', batteryPercent: null, flying: null, altitudeM: null, video: null };
    expect(droneStatusSchema.safeParse({ ...status, drone: 'tello-1' }).success).toBe(true);
    expect(droneStatusSchema.safeParse({ ...status, drone: `tello${sequence}` }).success).toBe(false);
  });
});
