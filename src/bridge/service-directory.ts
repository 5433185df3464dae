// The read model of external services: the last word of each one's sidecar. Written by the bridge, read by any process.
import { z } from 'zod';
import type { ServiceEvent } from '../contracts/bus.ts';
import type { ServiceDirectory } from '../contracts/ports.ts';
import { programUseSchema, serviceNameSchema, serviceStateSchema } from '../contracts/services.ts';
import type { Redis } from '../core/redis.ts';
import { putNewest, readNewest } from './newest.ts';

const viewSchema = z.object({
  service: serviceNameSchema,
  state: serviceStateSchema,
  incarnation: z.string().nullable(),
  readySince: z.number().nullable(),
  seenAt: z.number(),
  speakers: z.number().default(1),
  use: programUseSchema.nullable().default(null),
  detail: z.string(),
});

const keyOf = (prefix: string) => `${prefix}:services`;

/** Answers from Redis alone; needs no RabbitMQ in its process. */
export function createServiceDirectory(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string },
): ServiceDirectory {
  return { services: () => readNewest(deps.redis, keyOf(options.prefix), viewSchema) };
}

/** Stores what a sidecar said; `seenAt` is our clock, ms; `speakers` how many speak for it now. An event older than the stored one (a repeated answer) changes nothing. */
export async function storeServiceEvent(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string; readonly seenAt: number; readonly speakers: number },
  event: ServiceEvent,
): Promise<void> {
  const { service, state, incarnation, readySince, detail } = event;
  const { seenAt, speakers } = options;
  // The two clocks may differ; how old it was when the sidecar spoke does not.
  const use = event.use ? { ...event.use, at: seenAt - Math.max(0, event.issuedAt - event.use.at) } : null;
  await putNewest(deps.redis, keyOf(options.prefix), {
    field: service,
    at: event.issuedAt,
    heardAt: seenAt,
    value: { service, state, incarnation, readySince, seenAt, speakers, use, detail },
  });
}
