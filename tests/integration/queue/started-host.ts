// A host of workers that is at work, and stops with its test.
import { onTestFinished } from 'vitest';
import type { BoundHandler, WorkerHost } from '../../../src/queue/index.ts';
import { createHost, type HostParts, type Place } from './rig.ts';

export async function startHost(
  place: Place,
  handlers: readonly BoundHandler[],
  parts?: HostParts,
): Promise<WorkerHost> {
  const host = createHost(place, handlers, parts);
  onTestFinished(() => host.stop());
  await host.start();
  return host;
}
