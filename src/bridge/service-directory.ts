// The read model of external services: the last word of each one's sidecar. Written by the bridge, read by any process.
import { z } from 'zod';
import type { ServiceEvent } from '../contracts/bus.ts';
import type { ServiceDirectory } from '../contracts/ports.ts';
import {
  programUseSchema,
  type ServiceView,
  serviceNameSchema,
  serviceStateSchema,
} from '../contracts/services.ts';
import type { Redis } from '../core/redis.ts';
import { Registry } from '../core/registry/index.ts';
import { instancesOf, toInstanceView } from './instances.ts';
import { namesOfNewest, putNewest, readNewest, readNewestOf } from './newest.ts';

const viewSchema = z.object({
  service: serviceNameSchema,
  state: serviceStateSchema,
  incarnation: z.string().nullable(),
  readySince: z.number().nullable(),
  seenAt: z.number(),
  use: programUseSchema.nullable().default(null),
  detail: z.string(),
});

const keyOf = (prefix: string) => `${prefix}:services`;

/** Answers from Redis alone; needs no RabbitMQ in its process. Each service with those of its instances that live. */
export function createServiceDirectory(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string },
): ServiceDirectory {
  const registry = new Registry(deps.redis, options);
  const living = async (service: string) =>
    (await instancesOf(registry, service)).flatMap((one) => toInstanceView(one) ?? []);
  const key = keyOf(options.prefix);
  return {
    services: async () => {
      const views = await readNewest(deps.redis, key, viewSchema);
      return Promise.all(views.map(async (view) => ({ ...view, instances: await living(view.service) })));
    },
    names: () => namesOfNewest(deps.redis, key),
    service: async (name) => {
      const [view, instances] = await Promise.all([
        readNewestOf(deps.redis, { key, field: name }, viewSchema),
        living(name),
      ]);
      return view && { ...view, instances };
    },
  };
}

/** The last word of one service's sidecar, without its instances; null when it was never heard of. @throws SwarmError REDIS_* */
export function readServiceWord(
  { redis }: { readonly redis: Redis },
  { prefix }: { readonly prefix: string },
  name: string,
): Promise<Omit<ServiceView, 'instances'> | null> {
  return readNewestOf(redis, { key: keyOf(prefix), field: name }, viewSchema);
}

/** Stores what a sidecar said; `seenAt` is our clock, ms. An event older than the stored one (a repeated answer) changes nothing. */
export async function storeServiceEvent(
  deps: { readonly redis: Redis },
  options: { readonly prefix: string; readonly seenAt: number },
  event: ServiceEvent,
): Promise<void> {
  const { service, state, incarnation, readySince, detail } = event;
  const { seenAt } = options;
  // The two clocks may differ; how old it was when the sidecar spoke does not.
  const use = event.use ? { ...event.use, at: seenAt - Math.max(0, event.issuedAt - event.use.at) } : null;
  await putNewest(deps.redis, keyOf(options.prefix), {
    field: service,
    at: event.issuedAt,
    heardAt: seenAt,
    value: { service, state, incarnation, readySince, seenAt, use, detail },
  });
}
