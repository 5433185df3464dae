// Words about drones: the normalised status as it stands on the bus.
import { z } from 'zod';

const droneIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _');

/** Null is "the drone did not say". Units: percent, metres above take-off, ms since the epoch. */
export const droneStatusSchema = z.object({
  drone: droneIdSchema,
  at: z.number().int().nonnegative(),
  link: z.enum(['connected', 'lost']),
  batteryPercent: z.number().min(0).max(100).nullable(),
  flying: z.boolean().nullable(),
  altitudeM: z.number().nullable(),
  video: z.enum(['streaming', 'stalled', 'off']).nullable(),
});
export type DroneStatus = z.infer<typeof droneStatusSchema>;

/** `seenAt` is our clock at arrival; freshness is judged by it, not by the drone's clock. */
export interface DroneView {
  readonly status: DroneStatus;
  readonly seenAt: number;
}
