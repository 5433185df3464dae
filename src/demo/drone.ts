// A simulated drone: circles, drains its battery, lands to change it, and tells its status on the bus each second.
import type { DroneStatus } from '../contracts/drones.ts';
import type { Clock } from '../core/clock.ts';

const roundMs = 240_000;

/** The status at `at`: a pure function of time, so that a restarted drone goes on where it was. */
export function droneAt(drone: string, at: number): DroneStatus {
  const phase = (at % roundMs) / roundMs;
  const flying = phase < 0.9;
  return {
    drone,
    at,
    link: 'connected',
    batteryPercent: Math.round(flying ? 98 - phase * 80 : 98),
    flying,
    altitudeM: flying ? Math.round((20 + 8 * Math.sin(phase * 2 * Math.PI * 6)) * 10) / 10 : 0,
    video: flying ? 'streaming' : 'off',
  };
}

/** Publishes until the signal fires. A status that cannot be sent is not worth a second try: the next one is newer. */
export async function playDrone(
  publisher: { publish(status: DroneStatus): Promise<void> },
  { drone, clock }: { readonly drone: string; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await publisher.publish(droneAt(drone, clock.now())).catch(() => undefined);
    await clock.sleep(1_000, signal).catch(() => undefined);
  }
}
