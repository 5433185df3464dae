// The read model of drones: the last status of each, and when we heard it. Judging its age is the reader's business.
import { z } from 'zod';
import { type DroneStatus, droneStatusSchema } from '../contracts/drones.ts';
import type { DroneDirectory } from '../contracts/ports.ts';
import type { Redis } from '../core/redis.ts';
import { putNewest, readNewest } from './newest.ts';

const viewSchema = z.object({ status: droneStatusSchema, seenAt: z.number() });

const keyOf = (prefix: string) => `${prefix}:drones`;

/** Answers from Redis alone; needs no RabbitMQ in its process. */
export function createDroneDirectory(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string },
): DroneDirectory {
  return { drones: () => readNewest(deps.redis, keyOf(options.prefix), viewSchema) };
}

/** Stores a status. Newer is what we heard later: a drone's clock may step back when it reboots, ours decides. */
export async function storeDroneStatus(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string; readonly seenAt: number },
  status: DroneStatus,
): Promise<void> {
  const { seenAt } = options;
  await putNewest(deps.redis, keyOf(options.prefix), {
    field: status.drone,
    at: seenAt,
    heardAt: seenAt,
    value: { status, seenAt },
  });
}
